"""What an administrator tells of an SMSC."""

from collections.abc import Mapping
from typing import Final

from tocsin.channels.smpp.session import Smsc
from tocsin.domain.reaching.contact_kind import Field

SETTINGS: Final = (
    Field(
        name="server",
        label="Server",
        kind="text",
        example="smsc.example.com:2775",
        help="a name or an address with its port",
        pattern=r"(\[[0-9A-Fa-f:.]+\]|[^\s:/@]+):[0-9]{1,5}",
        is_host=True,
    ),
    Field(
        name="encryption",
        label="Encryption",
        kind="choice",
        example="tls",
        choices=(("none", "None"), ("tls", "TLS")),
    ),
    Field(name="system_id", label="System ID", kind="text", example="oncall", pattern=".{1,15}"),
    Field(name="password", label="Password", kind="secret", example="", required=False),
    Field(
        name="system_type",
        label="System type",
        kind="text",
        example="",
        required=False,
        pattern=".{0,12}",
    ),
    Field(
        name="sender",
        label="Sender",
        kind="text",
        example="+15550199",
        help="a number, or a name of at most 11 letters that nobody can answer,",
        pattern=r"\+?[0-9]{3,15}|[A-Za-z0-9 ]{1,11}",
    ),
    Field(
        name="receipts",
        label="Delivery receipts",
        kind="choice",
        example="asked",
        help="Where they are asked for and none comes, another way is tried.",
        choices=(
            ("asked", "Asked for"),
            ("none", "Not to be had: what was taken counts"),
        ),
        required=False,
    ),
    Field(
        name="ids",
        label="Names of messages in receipts",
        kind="choice",
        example="same",
        choices=(
            ("same", "As when they were taken"),
            ("decimal", "Decimal, where they were hexadecimal"),
            ("hex", "Hexadecimal, where they were decimal"),
        ),
        required=False,
    ),
)


def smsc_of(settings: Mapping[str, str]) -> Smsc:
    """Return where the SMSC is."""
    host, _, port = settings["server"].rpartition(":")
    return Smsc(
        host=host.strip("[]"),
        port=int(port),
        is_encrypted=settings.get("encryption") == "tls",
        system_id=settings["system_id"],
        password=settings.get("password", ""),
        system_type=settings.get("system_type", ""),
    )
