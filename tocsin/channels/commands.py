"""Commands: what people write that answers nothing: who is on call, and incidents to begin."""

import re
from collections.abc import Collection
from typing import Final

from tocsin.channels.answering import plain
from tocsin.domain.reaching.hearing import Command
from tocsin.kit.text import printable

LONGEST: Final = 2000  # characters of a text that are looked at

# As people ask, in all of our languages; what follows is a name.
_ASKING: Final = """
    who; who is on call; who is on call for; whos on call; whos on call for; on call; on call for
    oncall; oncall for; who is oncall; who is oncall for
    wer; wer hat bereitschaft; wer hat bereitschaft für; bereitschaft; bereitschaft für
    qui; qui est d'astreinte; qui est d'astreinte pour; astreinte; d'astreinte
    quién; quién está de guardia; quién está de guardia para; guardia; de guardia
    当番; 当番は; 当番は誰; 当番は誰ですか; 誰
"""
_BEGINNING: Final = "trigger"
_APART: Final = re.compile(r"[;\n]")
_MARKS: Final = re.compile(r"[^\w\s]")
_ENDS: Final = " ?.!\uff1f\u3002\uff01"


def command_in(text: str, sender: str) -> Command | None:
    """Return the command with which a text begins, None if it is none."""
    text = printable(text[:LONGEST]).strip()
    line = text.partition("\n")[0]
    name = _after(line, _WHO)
    if name is not None:
        return Command(word="who", text=name.rstrip(_ENDS), sender=sender)
    rest = _after(text, {_BEGINNING})
    return None if rest is None else Command(word="trigger", text=rest, sender=sender)


def _after(text: str, openings: Collection[str]) -> str | None:
    """Return what follows the longest of these with which a text begins."""
    for count in range(_MOST_WORDS, 0, -1):
        words = text.split(maxsplit=count)
        if _bare(" ".join(words[:count])) in openings:
            return " ".join(words[count:])
    return None


def _bare(text: str) -> str:
    return " ".join(_MARKS.sub("", plain(text)).split())


_WHO: Final = frozenset(_bare(one) for one in _APART.split(_ASKING)) - {""}
_MOST_WORDS: Final = max(len(one.split()) for one in _WHO)
