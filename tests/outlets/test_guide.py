"""The guide to notification channels names all that there is, and what it shows works."""

import json
import re
from pathlib import Path

from tests.domain.guide import instructions
from tests.domain.signals import TRIGGER
from tocsin.domain.monitoring.channel_config import ApiAction
from tocsin.domain.monitoring.channel_faults import faults_of_config
from tocsin.domain.monitoring.notification_channel import CHANNEL_KINDS
from tocsin.domain.monitoring.placeholders import NAMES
from tocsin.outlets.webhook import payload

GUIDE = (Path(__file__).parents[2] / "docs" / "guides" / "notification-channels.md").read_text()


def test_every_kind_has_a_heading() -> None:
    headings = {heading.lower() for heading in re.findall(r"^## (.+)$", GUIDE, re.MULTILINE)}

    assert set(CHANNEL_KINDS) <= headings


def test_every_placeholder_has_a_row() -> None:
    assert tuple(re.findall(r"^\| `\{([A-Z_]+)\}` \|", GUIDE, re.MULTILINE)) == NAMES


def test_the_request_that_is_shown_lacks_only_what_is_the_reader_s() -> None:
    [shown] = re.findall(r"```text\n(.+?)```", GUIDE, re.DOTALL)
    read = instructions(shown)
    config = ApiAction(trigger=read.request, parse_response=read.parse_response)

    assert config.parse_response == "incident.id"
    assert [fault.partition("has ")[2].partition(":")[0] for fault in faults_of_config(config)] == [
        "[[your token]]",
        "[[your email]]",
    ]


def test_the_webhook_that_is_shown_has_all_its_fields() -> None:
    [shown] = re.findall(r"```json\n(\{\n.+?)```", GUIDE, re.DOTALL)

    assert list(json.loads(shown)) == list(payload(TRIGGER))
