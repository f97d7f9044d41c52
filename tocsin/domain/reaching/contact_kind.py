"""Kinds of contact methods: what they are called, and what an address of each looks like."""

from collections.abc import Iterable
from typing import Final, Literal

import msgspec


class Field(msgspec.Struct, frozen=True, kw_only=True):
    """What an address or a provider needs: forms, checks and documents are drawn from it.

    ``pattern`` is what the whole value must match, ``help`` says so in words; a value of the kind
    pattern is a regular expression itself. A ``secret`` is never shown again, and sent to a new
    ``url``, or a text that ``is_host``, only if it is typed again. What is not required is
    ``needed_by`` some values of other fields, each named with it.
    """

    name: str
    label: str
    kind: Literal["email", "tel", "text", "url", "secret", "choice", "pattern"]
    example: str
    help: str = ""
    required: bool = True
    pattern: str = ""
    choices: tuple[tuple[str, str], ...] = ()  # values, and what they are called
    is_host: bool = False
    needed_by: tuple[tuple[str, str], ...] = ()


class Kind(msgspec.Struct, frozen=True, kw_only=True):
    """A kind of contact method, as the API names it.

    ``is_secret`` says that whoever knows the address can use it: it is sealed, and shown in part.
    ``adds_itself`` says that people do not type it: their device brings it. What ``gathers`` is
    told once in a while in a storm, and not for each alert. ``at_once`` is how many messages may be
    under way at a time, each to somebody else.
    """

    name: str
    label: str
    address: Field
    is_secret: bool = False
    adds_itself: bool = False
    gathers: bool = True
    at_once: int = 16


MANY: Final = 64  # at once, where a provider that takes a tenth of a second must take 200 a second

_NUMBER: Final = Field(name="address", label="Number", kind="tel", example="5550100")

EMAIL: Final = Kind(
    name="email",
    label="E-mail",
    address=Field(name="address", label="E-mail address", kind="email", example="ann@example.com"),
    gathers=False,
)
PHONE: Final = Kind(name="phone", label="Telephone call", address=_NUMBER)
SMS: Final = Kind(name="sms", label="SMS", address=_NUMBER, at_once=MANY)
WHATSAPP: Final = Kind(name="whatsapp", label="WhatsApp", address=_NUMBER, at_once=MANY)
PUSH: Final = Kind(
    name="push_notification",
    label="Push",
    address=Field(name="address", label="Device", kind="text", example="Chrome on Android"),
    is_secret=True,
    adds_itself=True,
    at_once=MANY,
)
WEBHOOK: Final = Kind(
    name="webhook",
    label="Webhook",
    address=Field(name="address", label="URL", kind="url", example="https://example.com/pages"),
    gathers=False,
)
# Numbers that anybody may write to, where each answer costs.
OPEN_TO_ALL: Final = frozenset({SMS.name, WHATSAPP.name})
ALWAYS: Final = (EMAIL, PHONE, SMS, WHATSAPP, PUSH, WEBHOOK)  # also where no channel serves them


def by_name(kinds: Iterable[Kind]) -> dict[str, Kind]:
    """Return all kinds of contact methods by their names, those that are always known first."""
    return {kind.name: kind for kind in (*ALWAYS, *kinds)}
