"""What can break and how it is heard: services, integrations, maintenance, changes, strays."""
