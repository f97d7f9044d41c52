"""Links: the references, heads and addresses by which everything is told to programs."""

from typing import Any, Final

import msgspec

# Where a thing is found by programs and, if there is such a page, by people.
_PLACES: Final[dict[str, tuple[str, str | None]]] = {
    "addon": ("/addons", None),
    "business_service": ("/business_services", "/business-services"),
    "change_event": ("/change_events", "/change_events"),
    "contact_method": ("/contact_methods", None),
    "escalation_policy": ("/escalation_policies", "/escalation_policies"),
    "extension": ("/extensions", None),
    "extension_schema": ("/extension_schemas", None),
    "incident": ("/incidents", "/incidents"),
    "alert": ("/alerts", "/alerts"),
    "integration": ("/integrations", None),
    "license": ("/licenses", None),
    "log_entry": ("/log_entries", None),
    "maintenance_window": ("/maintenance_windows", "/maintenance_windows"),
    "notification_rule": ("/notification_rules", None),
    "priority": ("/priorities", None),
    "quarantined_request": ("/quarantine", "/quarantine"),
    "schedule": ("/schedules", "/schedules"),
    "service": ("/services", "/service-directory"),
    "status_update_notification_rule": ("/status_update_notification_rules", None),
    "tag": ("/tags", None),
    "team": ("/teams", "/teams"),
    "user": ("/users", "/users"),
    "vendor": ("/vendors", None),
    "webhook_subscription": ("/webhook_subscriptions", "/webhooks"),
}


class Links(msgspec.Struct, frozen=True):
    """Makes every address that leaves the house."""

    public_url: str

    def head(
        self,
        kind: str,
        id_: str,
        summary: str | None,
        *,
        as_type: str | None = None,
        within: str = "",
    ) -> dict[str, Any]:
        """Return what every object begins with.

        ``as_type`` is given where the wire knows a narrower one than the kind, and ``within`` where
        the thing belongs to another: ``/users/PABC``.
        """
        collection, page = _PLACES[kind]
        return {
            "id": id_,
            "type": as_type or kind,
            "summary": summary,
            "self": f"{self.public_url}{within}{collection}/{id_}",
            "html_url": f"{self.public_url}{page}/{id_}" if page else None,
        }

    def ref(
        self,
        kind: str,
        id_: str,
        summary: str | None,
        *,
        as_type: str | None = None,
        within: str = "",
    ) -> dict[str, Any]:
        """Return a reference."""
        return self.head(kind, id_, summary, as_type=f"{as_type or kind}_reference", within=within)
