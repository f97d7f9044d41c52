"""What administrators look after: settings, health, alarms."""
