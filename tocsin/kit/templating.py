"""Templates that people write: they may look at what they are given, and do nothing else.

Whatever could take long or grow without bounds is refused before it runs: there are no calls, no
assignments and no arithmetic, loops run over short lists, and what comes out has an end.
"""

from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final

import jinja2
import msgspec
from jinja2 import nodes
from jinja2.runtime import LoopContext
from jinja2.sandbox import ImmutableSandboxedEnvironment

from tocsin.kit.text import printable

LONGEST_SOURCE: Final = 4000  # characters
LONGEST_OUTPUT: Final = 8000
LONGEST_LIST: Final = 100  # items that a loop runs over
DEEPEST_LOOP: Final = 2

INNER: Final = "A loop within a loop runs over what belongs to an item of the outer one."

_FOR: Final = "for"
_ALLOWED: Final = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Getattr,
    nodes.Const,
    nodes.Filter,
    nodes.Test,
    nodes.If,
    nodes.For,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
)


class Refused(Exception):  # noqa: N818 - an answer, not a fault
    """A template that cannot be used; the sentence says why."""


class Template(msgspec.Struct, frozen=True):
    """A template that has been read. ``names`` are those that it asks for."""

    _read: jinja2.Template
    names: frozenset[str]

    def render(self, values: Mapping[str, Any]) -> str:
        """Return the text, without the blanks around it. Raises Refused."""
        text, pieces = "", self._read.generate(values)
        try:
            for piece in pieces:
                text += piece
                if len(text) > LONGEST_OUTPUT:
                    raise Refused(f"It becomes longer than {LONGEST_OUTPUT} characters.")
        except (jinja2.TemplateError, TypeError, ValueError) as error:
            raise Refused(_sentence(str(error))) from None
        return printable(text).strip()  # a NUL that a template spells could not be kept


@lru_cache(maxsize=256)
def read_template(source: str) -> Template:
    """Read a template. Raises Refused."""
    if len(source) > LONGEST_SOURCE:
        raise Refused(f"It must have at most {LONGEST_SOURCE} characters.")
    try:
        tree = _ENVIRONMENT.parse(source)
        _check(tree)
        names = frozenset(node.name for node in tree.find_all(nodes.Name))
        return Template(_ENVIRONMENT.from_string(tree), names)
    except jinja2.TemplateSyntaxError as error:
        raise Refused(f"Line {error.lineno}: {_sentence(error.message or '')}") from None
    except (RecursionError, SyntaxError, MemoryError):  # as Python's own compiler says it
        raise Refused("It is nested too deeply.") from None


def _check(tree: nodes.Template) -> None:
    for node in tree.find_all(nodes.Node):
        if not isinstance(node, _ALLOWED):
            raise Refused(f"Line {node.lineno}: {type(node).__name__} is not possible here.")
        if isinstance(node, nodes.Const) and isinstance(node.value, float):
            raise Refused(f"Line {node.lineno}: Numbers must be whole.")
    _check_loops(tree, 0)


def _check_loops(tree: nodes.Node, depth: int) -> None:
    for node in tree.iter_child_nodes():
        deeper = depth + isinstance(node, nodes.For)
        if deeper > DEEPEST_LOOP:
            raise Refused(f"Line {node.lineno}: Loops may stand {DEEPEST_LOOP} deep at most.")
        if isinstance(node, nodes.For):
            if node.recursive:
                raise Refused(f"Line {node.lineno}: A loop cannot call itself.")
            if depth and not isinstance(node.iter, nodes.Getattr):
                raise Refused(f"Line {node.lineno}: {INNER}")
            node.iter = nodes.Filter(node.iter, _FOR, [], [], None, None, lineno=node.lineno)
        _check_loops(node, deeper)


def _short_list(value: object) -> Sequence[object]:
    """Let a loop run over a list, and over nothing else."""
    if not isinstance(value, list | tuple):
        raise jinja2.TemplateRuntimeError("A loop runs over a list.")
    return value[:LONGEST_LIST]


def _join(value: object, between: object = ", ") -> str:
    return _shown(between).join(_shown(one) for one in _short_list(value))


def _cut(value: object, most: int) -> str:
    text = _shown(value)
    return text if len(text) <= most else f"{text[: max(most - 1, 0)]}…"


def _shown(value: object) -> str:
    """Show texts and numbers, and nothing that would tell of our insides."""
    if isinstance(value, jinja2.Undefined):
        return str(value)  # which raises what is to be said of it
    if value is None:
        return ""
    if not isinstance(value, str | int):
        raise jinja2.TemplateRuntimeError("Only texts and numbers can be shown.")
    return str(value)


def _sentence(text: str) -> str:
    """Return what Jinja says of a fault as a sentence."""
    text = text[:200].replace("tocsin.", "").strip() or "It cannot be understood"
    return f"{text[0].upper()}{text[1:].rstrip('.')}."


class _Environment(ImmutableSandboxedEnvironment):
    """Shows the fields of what a template is given, and nothing that Python adds to them."""

    def is_safe_attribute(self, obj: Any, attr: str, value: Any) -> bool:
        """Say whether a template may see this."""
        if isinstance(obj, LoopContext):
            return attr in {"first", "last", "index", "length"}
        return isinstance(obj, msgspec.Struct) and attr in obj.__struct_fields__


_FILTERS: Final[Mapping[str, Callable[..., Any]]] = {
    "cut": _cut,
    "join": _join,
    "length": len,
    "lower": lambda value: _shown(value).lower(),
    "upper": lambda value: _shown(value).upper(),
}
_ENVIRONMENT: Final = _Environment(
    undefined=jinja2.StrictUndefined,
    finalize=_shown,
    trim_blocks=True,
    lstrip_blocks=True,
    autoescape=False,
)
_TESTS: Final = ("none", "defined", "undefined", "eq", "ne", "in")
_ENVIRONMENT.globals = {}
_ENVIRONMENT.filters = {**_FILTERS, _FOR: _short_list}
_ENVIRONMENT.tests = {name: _ENVIRONMENT.tests[name] for name in _TESTS}
