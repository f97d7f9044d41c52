"""What the database itself keeps true: each change of configuration raises its version."""

from typing import Final

import sqlalchemy as sa

from tocsin.store.machines.delivery_tables import webhook_subscriptions
from tocsin.store.reaching.reach_tables import providers, rooms, shadows, templates
from tocsin.store.tables import (
    contact_methods,
    escalation_policies,
    integrations,
    maintenance_windows,
    notification_rules,
    overrides,
    schedules,
    services,
    users,
)

CONFIG_TABLES: Final = (
    users,
    contact_methods,
    notification_rules,
    escalation_policies,
    schedules,
    overrides,
    services,
    integrations,
    maintenance_windows,
    webhook_subscriptions,
    providers,
    templates,
    shadows,
    rooms,
)

RAISE_CONFIG_VERSION: Final = """
create function raise_config_version() returns trigger language plpgsql as $$
begin
  update config_version set version = version + 1;
  return null;
end $$
"""


def config_version_trigger(table: sa.Table) -> str:
    """Return the statement that makes every change of ``table`` raise the version."""
    return (
        f"create trigger raise_config_version after insert or update or delete or truncate"
        f" on {table.name} for each statement execute function raise_config_version()"
    )
