"""The time zone in which a request speaks of times."""

from zoneinfo import ZoneInfo

from tocsin.api.rest import Call


def asked_zone(call: Call) -> ZoneInfo:
    """Return the zone that is asked for, or else the account's."""
    return call.query.zone() or ZoneInfo(call.house.account.time_zone)
