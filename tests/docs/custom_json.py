"""What a reader of the guide to custom JSON does on pages."""

from typing import Final

from tests.docs.reader import Reader

MAPPING: Final = {
    "List of events": "$.event.data",
    "Summary": "{{ title }}",
    "Dedup key": "{{ id }}",
    "Action": "{{ status }}",
    "Severity": "{{ urgency }}",
    "Source": "{{ service.summary }}",
    "Link": "{{ html_url }}",
    "Words for severities": "high = critical\nlow = warning",
}


async def map_incidents(reader: Reader) -> None:
    await reader.add_service("Through PagerDuty", "Custom JSON")
    hands = reader.hands
    await hands.follow("Set up")
    for label, text in MAPPING.items():
        await hands.fill(label, text)
    await hands.press("Save the mapping")


PLAYS: Final = {"Incidents of a PagerDuty account": map_incidents}
