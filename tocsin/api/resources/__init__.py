"""The resources of the API's reference, one file each, and the operations they declare."""

from typing import Final

from tocsin.api.resources.abilities import ABILITIES
from tocsin.api.resources.alarms import ALARMS
from tocsin.api.resources.change_events import CHANGE_EVENTS, RELATED_CHANGES, SERVICE_CHANGES
from tocsin.api.resources.contact_methods import CONTACT_METHODS
from tocsin.api.resources.escalation_policies import ESCALATION_POLICIES
from tocsin.api.resources.handoff_rules import HANDOFF_RULES, STATUS_UPDATE_RULES
from tocsin.api.resources.incident_alerts import INCIDENT_ALERTS
from tocsin.api.resources.incident_notes import INCIDENT_NOTES
from tocsin.api.resources.incidents import INCIDENTS
from tocsin.api.resources.integrations import INTEGRATIONS
from tocsin.api.resources.licenses import ALLOCATIONS, LICENSES, USERS_LICENSE
from tocsin.api.resources.log_entries import INCIDENT_LOG_ENTRIES, LOG_ENTRIES
from tocsin.api.resources.maintenance_windows import MAINTENANCE_WINDOWS
from tocsin.api.resources.notification_rules import NOTIFICATION_RULES
from tocsin.api.resources.notifications import NOTIFICATIONS
from tocsin.api.resources.oncalls import ONCALLS
from tocsin.api.resources.overrides import OVERRIDES
from tocsin.api.resources.priorities import PRIORITIES
from tocsin.api.resources.quarantine import QUARANTINE
from tocsin.api.resources.responder_requests import RESPONDER_REQUESTS
from tocsin.api.resources.schedules import SCHEDULES
from tocsin.api.resources.services import SERVICES
from tocsin.api.resources.status_updates import STATUS_UPDATES, SUBSCRIBERS
from tocsin.api.resources.teams import TEAMS
from tocsin.api.resources.users import USERS
from tocsin.api.resources.vendors import VENDORS
from tocsin.api.resources.webhook_subscriptions import WEBHOOK_SUBSCRIPTIONS
from tocsin.api.rest import Op, Resource

RESOURCES: Final[tuple[Resource, ...]] = (
    ABILITIES,
    ALARMS,
    ALLOCATIONS,
    CHANGE_EVENTS,
    CONTACT_METHODS,
    ESCALATION_POLICIES,
    HANDOFF_RULES,
    INCIDENTS,
    INCIDENT_ALERTS,
    INCIDENT_LOG_ENTRIES,
    INCIDENT_NOTES,
    INTEGRATIONS,
    LICENSES,
    LOG_ENTRIES,
    MAINTENANCE_WINDOWS,
    NOTIFICATIONS,
    NOTIFICATION_RULES,
    ONCALLS,
    OVERRIDES,
    PRIORITIES,
    QUARANTINE,
    RELATED_CHANGES,
    RESPONDER_REQUESTS,
    SCHEDULES,
    SERVICES,
    SERVICE_CHANGES,
    STATUS_UPDATES,
    STATUS_UPDATE_RULES,
    SUBSCRIBERS,
    TEAMS,
    USERS,
    USERS_LICENSE,
    VENDORS,
    WEBHOOK_SUBSCRIPTIONS,
)
OPS: Final[tuple[Op, ...]] = tuple(op for resource in RESOURCES for op in resource.ops)
