"""Sample pages, on which people see what becomes of a template."""

from datetime import datetime, timedelta
from typing import Final

from msgspec.structs import replace

from tocsin.domain.reaching.message import Briefing, Message
from tocsin.usecases.house import House

MANY: Final = 6
FURTHER: Final = 35
TITLES: Final = (
    "Disk full on db-1",
    "Checkout answers slowly: 2.4 s instead of 300 ms",
    "CPU above 95 % for 10 minutes",
    "Certificate of shop.example.com expires in 3 days",
    "Backup has not run since yesterday",
    "Queue of payments is longer than 10000",
)


def samples(house: House, language: str, now: datetime) -> tuple[Message, Message, Message]:
    """Return a page about one incident, one about many, and one about which little is known."""
    found = tuple(_briefing(house, number, now) for number in range(MANY))
    one = Message(
        id="sample",
        at=now,
        sender=house.account.mail_from,
        recipient="Ann Lee",
        language=language,
        time_zone=house.account.time_zone,
        incidents=found[:1],
        deeds=("acknowledge", "resolve", "escalate"),
    )
    bare = replace(found[0], severity=None, source=None, details=None, assignees=())
    return (
        one,
        replace(one, incidents=found, further=FURTHER),
        replace(one, incidents=(bare,), deeds=()),
    )


def _briefing(house: House, number: int, now: datetime) -> Briefing:
    return Briefing(
        id=f"sample{number}",
        number=1284 + number,
        title=TITLES[number],
        service="Checkout",
        urgency="high",
        opened_at=now - timedelta(minutes=4),
        html_url=f"{house.settings.public_url}/incidents/sample{number}",
        policy="Checkout on-call",
        assignees=("Ann Lee",),
        severity="critical",
        source="db-1.example.com",
        details={"free": "0 %", "mount": "/var"},
    )
