"""Sheets: what a message, or a post of a room, shows in a chat, before each chat draws it."""

from collections.abc import Mapping
from typing import Final

import msgspec
from msgspec.structs import replace

from tocsin.domain.reaching.answer import Answer, Deed, Upshot
from tocsin.domain.reaching.hearing import Unheard
from tocsin.domain.reaching.labels import labels_of
from tocsin.domain.reaching.message import Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.reaching.room import Post
from tocsin.kit.text import is_digits, shortened

MOST_TITLE: Final = 200

# What a button carries must be short: a letter, and the token of a message or an incident's number.
_BY_LETTER: Final[dict[str, Deed]] = {
    "a": "acknowledge",
    "r": "resolve",
    "e": "escalate",
    "j": "join",
    "d": "decline",
    "c": "confirm",
}
_LETTERS: Final = {deed: letter for letter, deed in _BY_LETTER.items()}


class Button(msgspec.Struct, frozen=True):
    """A button: what it does, what it is called, and what comes back when it is pressed."""

    deed: Deed
    label: str
    mark: str


class Sheet(msgspec.Struct, frozen=True, kw_only=True):
    """A heading and lines beneath it, with buttons and a link where there is something to open.

    ``upshot`` is what came of an answer.
    """

    title: str
    lines: str
    url: str
    link: str
    buttons: tuple[Button, ...] = ()
    upshot: str = ""

    def words(self, most: int) -> str:
        """Return its lines, cut to so many characters, and what came of it."""
        return f"{shortened(self.lines, most)}\n\n{self.upshot}".strip()

    def closed(self, upshot: str) -> "Sheet":
        """Return it as it stands once it was answered."""
        return replace(self, upshot=upshot, buttons=())


def sheet_of(message: Message) -> Sheet:
    """Return what a message shows."""
    url = _address_of(message)
    return Sheet(
        title=shortened(message.title, MOST_TITLE),
        lines=_beneath(message, url),
        url=url,
        link=phrase("open", message.language),
        buttons=_buttons(labels_of(message), message.token),
    )


def sheet_of_post(post: Post) -> Sheet:
    """Return what a room shows of an incident."""
    title = f"#{post.number} {post.title}" if post.number else post.title
    labels = {deed: phrase(deed, post.language) for deed in post.deeds}
    facts = (f"{name}: {value}" for name, value in post.facts)
    return Sheet(
        title=shortened(title, MOST_TITLE),
        lines="\n".join((post.standing, *facts)),
        url=post.url,
        link=phrase("open", post.language),
        buttons=_buttons(labels, str(post.number)),
    )


def sheet_to_open(message: Message) -> Sheet:
    """Return what a message shows where buttons cannot answer: its link opens a page that does."""
    sheet = replace(sheet_of(message), buttons=())
    if not message.deeds:
        return sheet
    return replace(sheet, url=message.answer_url, link=" / ".join(labels_of(message).values()))


def answer_of(mark: str, *, person: str, place: str | None) -> Answer:
    """Read what a button carried. Raises Unheard.

    ``person`` is who pressed it: whoever is in a room may. ``place`` is the address that the
    message of the button went to.
    """
    letter, _, what = mark.partition(":")
    if letter not in _BY_LETTER or not what:
        raise Unheard("No button of ours says this.")
    deed = _BY_LETTER[letter]
    if is_digits(what):
        return Answer(deed=deed, sender=person, number=int(what))
    return Answer(deed=deed, sender=place, token=what)


def is_final(answer: Answer, upshot: Upshot) -> bool:
    """Say whether what was answered loses its buttons. In rooms, events change what is shown."""
    return upshot.ok and answer.token is not None


def _buttons(labels: Mapping[Deed, str], what: str) -> tuple[Button, ...]:
    return tuple(Button(deed, label, f"{_LETTERS[deed]}:{what}") for deed, label in labels.items())


def _beneath(message: Message, url: str) -> str:
    """Return the body without what stands in the heading and in the link already."""
    lines = message.body.splitlines()
    if lines and lines[0].rstrip(" :") == message.title:
        del lines[0]
    if lines and lines[-1] == url:
        del lines[-1]
    return "\n".join(lines).strip()


def _address_of(message: Message) -> str:
    if len(message.incidents) == 1:
        return message.incidents[0].html_url
    return message.answer_url
