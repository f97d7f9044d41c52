"""What is shown in Slack: messages, posts in rooms, and what is left of them once answered."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from tocsin.domain.reaching.answer import Deed
from tocsin.domain.reaching.labels import labels_of
from tocsin.domain.reaching.message import Briefing, Message
from tocsin.domain.reaching.phrases import phrase
from tocsin.domain.reaching.room import Post
from tocsin.kit.text import one_line, printable, shortened

LONGEST_TITLE: Final = 300
LONGEST_TEXT: Final = 2500  # of a section, whose bound is 3000 once marks are written out
LONGEST_FACT: Final = 500
LONGEST_LABEL: Final = 75

_PAGES: Final = frozenset({"page", "copy"})  # anything else has something to say
LINK: Final = "open"  # what is pressed to follow a link, of which Slack tells too
_MARKS: Final = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # all that mean something
_STYLES: Final[Mapping[str, str]] = {"acknowledge": "primary", "join": "primary"}
_WANTED: Final[Mapping[str, frozenset[str]]] = {
    "acknowledge": frozenset({"triggered"}),
    "escalate": frozenset({"triggered", "acknowledged"}),
    "resolve": frozenset({"triggered", "acknowledged"}),
    "join": frozenset(),  # what is answered once is answered
    "decline": frozenset(),
}

Block = dict[str, Any]


def words_of(message: Message, member: str) -> dict[str, Any]:
    """Return what is posted to a person, who alone may press its buttons."""
    url = message.incidents[0].html_url if len(message.incidents) == 1 else message.answer_url
    buttons = _buttons(labels_of(message), f"{message.token}@{member}")
    title = message.title or message.headline
    return {
        "text": plain(message.text or title, LONGEST_TEXT),
        "blocks": [_title(title, url), *_told(message), *_actions(buttons, url, message.language)],
    }


def words_of_post(post: Post) -> dict[str, Any]:
    """Return what is posted in a room."""
    title = f"#{post.number} {post.title}" if post.number else post.title
    standing = plain(post.standing, LONGEST_TEXT)
    labels = {deed: phrase(deed, post.language) for deed in post.deeds}
    buttons = _buttons(labels, f"#{post.number}")
    return {
        "text": f"{plain(title, LONGEST_TITLE)}: {standing}",
        "blocks": [
            _title(title, post.url),
            _section(standing),
            *_facts(post.facts),
            *_actions(buttons, post.url, post.language),
        ],
    }


def answered(blocks: Sequence[Block], statuses: Iterable[str], sentence: str) -> list[Block]:
    """Return a message as it stands once it was answered: with what can still be done."""
    left = [kept for block in blocks if (kept := _left(block, set(statuses)))]
    said = {"type": "mrkdwn", "text": plain(sentence, LONGEST_TEXT)}
    return [*left, {"type": "context", "elements": [said]}]


def plain(text: str, most: int) -> str:
    """Return a text in which nothing is a command, a mention or a link."""
    return shortened(printable(text), most).translate(_MARKS)


def _title(title: str, url: str) -> Block:
    shown = f"*{plain(one_line(title, LONGEST_TITLE), LONGEST_TITLE)}*".replace("|", "¦")
    return _section(f"<{_link(url)}|{shown}>" if url else shown)


def _told(message: Message) -> Iterator[Block]:
    """Yield facts of a single incident, and otherwise what the message says in words."""
    if message.kind in _PAGES and len(message.incidents) == 1 and not message.further:
        yield from _facts(_facts_of(message.incidents[0], message.language))
    elif text := message.body or message.text:
        yield _section(plain(text, LONGEST_TEXT))


def _facts_of(briefing: Briefing, language: str) -> Iterator[tuple[str, str]]:
    yield phrase("room_service", language), briefing.service
    yield phrase("room_urgency", language), phrase(f"room_urgency_{briefing.urgency}", language)
    yield phrase("room_policy", language), briefing.policy
    if briefing.severity:
        yield phrase("room_severity", language), briefing.severity
    if briefing.source:
        yield phrase("room_source", language), briefing.source
    if briefing.assignees:
        yield phrase("room_assignees", language), ", ".join(briefing.assignees)


def _facts(facts: Iterable[tuple[str, str]]) -> Iterator[Block]:
    fields = [
        {"type": "mrkdwn", "text": f"*{plain(label, LONGEST_LABEL)}*\n{_one_line(value)}"}
        for label, value in facts
        if value
    ]
    if fields:
        yield {"type": "section", "fields": fields[:10]}


def _actions(buttons: list[Block], url: str, language: str) -> Iterator[Block]:
    """Yield the buttons; the name of their block tells the language of what follows."""
    if url:
        text = phrase("open", language)
        buttons = [*buttons, {**_button(LINK, text), "url": url}]
    if buttons:
        yield {"type": "actions", "block_id": f"answer-{language}", "elements": buttons}


def _buttons(labels: Mapping[Deed, str], value: str) -> list[Block]:
    return [
        _button(deed, label)
        | {"value": value}
        | ({"style": _STYLES[deed]} if deed in _STYLES else {})
        for deed, label in labels.items()
    ]


def _button(action: str, text: str) -> Block:
    label = {"type": "plain_text", "text": shortened(text, LONGEST_LABEL)}
    return {"type": "button", "action_id": action, "text": label}


def _section(text: str) -> Block:
    return {"type": "section", "text": {"type": "mrkdwn", "text": text}}


def _left(block: Block, statuses: set[str]) -> Block | None:
    if block.get("type") == "context":
        return None  # what was said of an answer before
    if block.get("type") != "actions":
        return block
    kept = [one for one in block.get("elements", ()) if _is_wanted(one, statuses)]
    return {**block, "elements": kept} if kept else None


def _is_wanted(button: Block, statuses: set[str]) -> bool:
    wanted = _WANTED.get(button.get("action_id", ""))
    return wanted is None or not statuses.isdisjoint(wanted)


def _one_line(text: str) -> str:
    return plain(one_line(text, LONGEST_FACT), LONGEST_FACT)


def _link(url: str) -> str:
    return plain(url, 2000).replace("|", "%7C")
