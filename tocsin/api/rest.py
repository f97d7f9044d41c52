"""What a REST operation is: plain data, declared beside the function that carries it out."""

import inspect
import re
from collections.abc import Awaitable, Callable, Mapping
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

import msgspec

from tocsin.api.incoming import read_body
from tocsin.api.query import Query
from tocsin.api.shapes import Links
from tocsin.auth.principal import Needed, Principal, needed_for
from tocsin.domain.people.user import User
from tocsin.usecases.house import House

Kind = TypeVar("Kind")
Handler = Callable[..., Awaitable[Any]]
H = TypeVar("H", bound=Handler)

_WILDCARD: Final = re.compile(r"\{(\w+)\}")


class Call(msgspec.Struct, frozen=True, kw_only=True):
    """One request: who asks, when, and for what.

    ``requester`` is the user in whose name it is done: a user key's own, or whoever the ``From``
    header names. ``requester_email`` is that header as it came.
    """

    house: House
    principal: Principal
    requester: User | None
    requester_email: str | None
    now: datetime
    query: Query
    content: bytes

    @property
    def links(self) -> Links:
        """What makes addresses."""
        return Links(self.house.settings.public_url)

    @property
    def person(self) -> User:
        """Who asks for an operation that ``needs_from``."""
        if self.requester is None:
            raise TypeError("Only an operation that needs_from is surely asked for by a person.")
        return self.requester

    def body(self, kind: type[Kind], wrapper: str | None = None) -> Kind:
        """Return the body as ``kind``, or what lies in it under ``wrapper``. Raises Invalid."""
        return read_body(self.content, kind, wrapper)


class Answer(msgspec.Struct, frozen=True, kw_only=True):
    """A response, where the body alone does not say it all."""

    body: Any = None
    status: int | None = None
    headers: Mapping[str, str] = {}


class Op(msgspec.Struct, frozen=True, kw_only=True):
    """An operation, under the id that the API's reference gives it."""

    id: str
    method: str
    path: str
    scope: str
    power: Needed
    status: int
    needs_from: bool
    function: Handler

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the wildcards in the path."""
        return tuple(_WILDCARD.findall(self.path))


class Declare(Protocol):
    """Puts an operation down beside its function, which it gives back as it is."""

    def __call__(self, function: H, /) -> H:
        """Declare what this function does."""


class Resource:
    """A family of operations under one path, told apart from its items by ``item``.

    What is declared on it is a function of a ``Call`` and of the path's wildcards by their names.
    It answers with the body, with None for an empty one, or with an ``Answer``.
    """

    def __init__(self, path: str, *, scope: str, item: str = "id") -> None:
        self.path = path
        self.scope = scope
        self.ops: list[Op] = []
        self._item = f"/{{{item}}}"

    def lists(self, id_: str) -> Declare:
        """Declare what GET of the path does."""
        return self.op(id_, "GET", "")

    def gets(self, id_: str) -> Declare:
        """Declare what GET of an item does."""
        return self.op(id_, "GET", self._item)

    def creates(
        self, id_: str, *, power: Needed | None = None, needs_from: bool = False
    ) -> Declare:
        """Declare what POST to the path does."""
        return self.op(id_, "POST", "", status=201, power=power, needs_from=needs_from)

    def updates(
        self, id_: str, *, power: Needed | None = None, needs_from: bool = False
    ) -> Declare:
        """Declare what PUT to an item does."""
        return self.op(id_, "PUT", self._item, power=power, needs_from=needs_from)

    def deletes(
        self, id_: str, *, power: Needed | None = None, needs_from: bool = False
    ) -> Declare:
        """Declare what DELETE of an item does."""
        return self.op(id_, "DELETE", self._item, status=204, power=power, needs_from=needs_from)

    def op(
        self,
        id_: str,
        method: str,
        path: str,
        *,
        status: int = 200,
        scope: str | None = None,
        power: Needed | None = None,
        needs_from: bool = False,
    ) -> Declare:
        """Declare what ``method`` does at ``path``, which begins where the resource's own ends."""
        scope = scope or f"{self.scope}.{'read' if method == 'GET' else 'write'}"

        def declare(function: H) -> H:
            declared = Op(
                id=id_,
                method=method,
                path=self.path + path,
                scope=scope,
                power=power or needed_for(scope),
                status=status,
                needs_from=needs_from,
                function=function,
            )
            _check(declared)
            self.ops.append(declared)
            return function

        return declare


def _check(op: Op) -> None:
    """Refuse a function that could not be called with what its path holds."""
    takes = tuple(inspect.signature(op.function).parameters)[1:]
    if sorted(takes) != sorted(op.parameters):
        raise TypeError(f"{op.id} takes {takes}, but its path holds {op.parameters}")
