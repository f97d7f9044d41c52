"""Scopes in plain words."""

from collections.abc import Mapping
from typing import Final

from tocsin.domain.machines.scope import OPENID, READ, WRITE

_WHOLE: Final[Mapping[str, str]] = {
    OPENID: "Know who you are: your name and e-mail address",
    READ: "See everything that you may see",
    WRITE: "See everything, and change what you may change",
}
_VERBS: Final = {READ: "See", WRITE: "Change"}


def told(scope: str) -> str:
    """Say what a scope lets do: ``incidents.write`` changes incidents."""
    noun, _, verb = scope.rpartition(".")
    if scope in _WHOLE or verb not in _VERBS:
        return _WHOLE.get(scope, scope)
    owner, _, part = noun.rpartition(":")
    of = f" of {_spaced(owner)}" if owner else ""
    return f"{_VERBS[verb]} {_spaced(part)}{of}"


def _spaced(noun: str) -> str:
    return noun.replace("_", " ").replace(":", " ").replace("oncalls", "who is on call")
