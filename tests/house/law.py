"""The law of the house, read from the source: each breach names its file, its line and the mend."""

import ast
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Final, NamedTuple

LONGEST_FILE: Final = 400
LONGEST_FUNCTION: Final = 40

_BELOW_API: Final = frozenset({"usecases", "auth", "domain", "kit"})
MAY_IMPORT: Final[dict[str, frozenset[str]]] = {
    "kit": frozenset(),
    "config": frozenset({"kit"}),
    "domain": frozenset({"kit"}),
    "inbound": frozenset({"domain", "kit"}),
    "channels": frozenset({"domain", "kit"}),
    "probes": frozenset({"domain", "kit"}),
    "outlets": frozenset({"domain", "kit"}),
    "store": frozenset({"domain", "kit", "config"}),
    "auth": frozenset({"store", "domain", "kit"}),
    "usecases": frozenset({"store", "auth", "domain", "kit"}),
    "engine": frozenset({"usecases", "channels", "outlets", "probes", "domain", "kit"}),
    "api": _BELOW_API | {"inbound"},
    "web": _BELOW_API,
}
MAY_IMPORT["app"] = frozenset(MAY_IMPORT)
MAY_IMPORT["cli"] = frozenset(MAY_IMPORT)
MAY_IMPORT["__main__"] = frozenset({"cli"})

PURE: Final = ("domain", "inbound")
IMPURE_MODULES: Final = frozenset({
    "asyncio", "logging", "os", "pathlib", "random", "secrets", "socket", "ssl", "subprocess",
    "tempfile", "threading", "time", "urllib.request", "uuid",
    "aiosmtplib", "asyncpg", "httpx", "sqlalchemy", "starlette", "structlog", "uvicorn",
})  # fmt: skip
IMPURE_CALLS: Final = frozenset({"now", "utcnow", "today", "system_clock", "open", "print"})

TUPLES: Final = {
    "channels": "CHANNELS",
    "inbound": "ADAPTERS",
    "outlets": "OUTLETS",
    "probes": "PROBES",
    "api/resources": "RESOURCES",
}
MAY_CATCH_ALL: Final = (
    "tocsin/engine/dispatcher.py",
    "tocsin/engine/loop.py",
    "tocsin/api/http.py",
)
MARKS: Final = tuple(
    mark.replace("_", "") for mark in ("# type: _ignore", "pragma: _no cover", "TO_DO", "FIX_ME")
)


class Source(NamedTuple):
    """A file of the project: where it stands, and what it says."""

    root: Path
    path: Path
    text: str
    tree: ast.Module

    @property
    def name(self) -> str:
        """The path as messages show it."""
        return self.path.relative_to(self.root).as_posix()

    @property
    def room(self) -> str | None:
        """The room of a file of the package."""
        parts = self.path.relative_to(self.root).with_suffix("").parts
        return parts[1] if parts[0] == "tocsin" and parts[1] != "__init__" else None

    def breach(self, node: ast.AST | None, told: str) -> str:
        """Say what is wrong, and where."""
        return f"{self.name}:{getattr(node, 'lineno', 1)}: {told}"


@cache
def sources(root: Path) -> tuple[Source, ...]:
    """Return all files of the package, the tests and the benchmark."""
    files = (
        file for folder in ("tocsin", "tests", "bench") for file in root.glob(f"{folder}/**/*.py")
    )
    return tuple(_source(root, file) for file in sorted(files))


def _source(root: Path, file: Path) -> Source:
    text = file.read_text()
    return Source(root, file, text, ast.parse(text))


def imports_go_down(source: Source) -> Iterator[str]:
    """A room imports only from the rooms that the table names."""
    if source.room is None:
        return
    allowed = MAY_IMPORT.get(source.room)
    if allowed is None:
        yield source.breach(None, f"No room is called {source.room}: see docs/ARCHITECTURE.md.")
        return
    for node, module in _imported(source.tree):
        room = module.split(".")[1] if module.startswith("tocsin.") else source.room
        if room != source.room and room in MAY_IMPORT and room not in allowed:
            yield source.breach(
                node,
                f"{source.room} may not import {module}, only {_words(allowed)}:"
                " take what it needs as an argument, or move the code to a room above.",
            )


def pure_rooms_are_pure(source: Source) -> Iterator[str]:
    """Domain and inbound touch no clock, no chance, no network and no disk."""
    if source.room not in PURE:
        return
    for node, module in _imported(source.tree):
        if module in IMPURE_MODULES or module.split(".")[0] in IMPURE_MODULES:
            yield source.breach(node, f"{source.room} is pure and may not import {module}: {HAND}")
    for call in (n for n in ast.walk(source.tree) if isinstance(n, ast.Call)):
        if (name := _called(call)) in IMPURE_CALLS:
            yield source.breach(call, f"{source.room} is pure and may not call {name}(): {HAND}")


HAND: Final = "take the time, or what was read, as an argument."


def files_are_short(source: Source) -> Iterator[str]:
    """A file has at most ``LONGEST_FILE`` lines."""
    lines = source.text.count("\n")
    if lines > LONGEST_FILE:
        yield source.breach(
            None, f"{lines} lines, and {LONGEST_FILE} are the most: divide it by its nouns."
        )


def functions_are_short(source: Source) -> Iterator[str]:
    """A function has at most ``LONGEST_FUNCTION`` lines."""
    for function in _functions(source.tree):
        lines = (function.end_lineno or function.lineno) - function.lineno + 1
        if lines > LONGEST_FUNCTION:
            yield source.breach(
                function,
                f"{function.name} has {lines} lines, and {LONGEST_FUNCTION} are the most:"
                " give its parts names of their own.",
            )


def imports_stand_at_the_top(source: Source) -> Iterator[str]:
    """No function hides an import, and none is for the type checker alone."""
    inner = {n for f in _functions(source.tree) for n in ast.walk(f)}
    for node, module in _imported(source.tree):
        if node in inner:
            yield source.breach(
                node, f"{module} is imported inside a function: import it at the top of the file."
            )
    if "TYPE_CHECKING" in {n.id for n in ast.walk(source.tree) if isinstance(n, ast.Name)}:
        yield source.breach(None, "TYPE_CHECKING hides a circle of imports: dissolve the circle.")


def few_catch_all(source: Source) -> Iterator[str]:
    """Only the engine's loops and the HTTP door catch whatever comes."""
    if source.name in MAY_CATCH_ALL:
        return
    for handler in (n for n in ast.walk(source.tree) if isinstance(n, ast.ExceptHandler)):
        caught = ast.unparse(handler.type) if handler.type else "BaseException"
        raises = any(isinstance(n, ast.Raise) and n.exc is None for n in ast.walk(handler))
        if caught == "Exception" or (caught == "BaseException" and not raises):
            yield source.breach(
                handler, f"except {caught} hides faults: name what you expect, or raise it again."
            )


def nothing_is_left_undone(source: Source) -> Iterator[str]:
    """No mark says that a checker was silenced or that work remains."""
    for number, line in enumerate(source.text.splitlines(), 1):
        for mark in MARKS:
            if mark in line:
                yield f"{source.name}:{number}: {mark!r} stands for work not done: do it."


def modules_say_what_they_are_for(source: Source) -> Iterator[str]:
    """A file begins with one sentence."""
    told = ast.get_docstring(source.tree)
    if source.text.strip() and not (told and told.split("\n\n")[0].endswith((".", ":"))):
        yield source.breach(None, "The file does not begin with a sentence: say what it is for.")


def rooms_name_their_files(root: Path) -> Iterator[str]:
    """Each file of a listed room stands in its tuple, serves a neighbour, or reads the tuple."""
    for room, name in TUPLES.items():
        files = {_module(s): s for s in sources(root) if root / "tocsin" / room in s.path.parents}
        package = f"tocsin.{room.replace('/', '.')}"
        if door := files.pop(package, None):
            rooms = {module for module, s in files.items() if s.path.stem == "__init__"}
            named = _modules_named(door.tree, name)
            helpers = {m for s in files.values() for m in _names(s.tree)}
            readers = {module for module, s in files.items() if package in _names(s.tree)}
            for module in sorted(files.keys() - rooms - named - helpers - readers):
                yield files[module].breach(
                    None, f"nobody knows this file: name it in {name} of {door.name}."
                )


def _module(source: Source) -> str:
    return source.name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


FILE_LAWS: Final[tuple[Callable[[Source], Iterator[str]], ...]] = (
    imports_go_down,
    pure_rooms_are_pure,
    files_are_short,
    functions_are_short,
    imports_stand_at_the_top,
    few_catch_all,
    nothing_is_left_undone,
    modules_say_what_they_are_for,
)


def _imported(tree: ast.Module) -> Iterator[tuple[ast.stmt, str]]:
    """Yield each module that is imported, ``from tocsin import x`` as ``tocsin.x``."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            module = f"{'.' * node.level}{node.module or ''}"
            if module == "tocsin":
                yield from ((node, f"tocsin.{alias.name}") for alias in node.names)
            else:
                yield node, module


def _names(tree: ast.Module) -> Iterator[str]:
    """Yield modules, and what is taken from them, as dotted names."""
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom):
            yield node.module or ""
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _functions(tree: ast.Module) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (n for n in ast.walk(tree) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef))


def _called(call: ast.Call) -> str:
    function = call.func
    if isinstance(function, ast.Attribute):
        owner = ast.unparse(function.value).split(".")[-1]
        return function.attr if owner in {"date", "datetime", "clock", "time"} else ""
    return function.id if isinstance(function, ast.Name) else ""


def _modules_named(tree: ast.Module, name: str) -> set[str]:
    """Return the modules whose names, or whose contents, stand in the tuple ``name``."""
    members = {
        member.id
        for node in tree.body
        if isinstance(node, ast.Assign | ast.AnnAssign) and name in ast.unparse(node).split("=")[0]
        for member in ast.walk(node)
        if isinstance(member, ast.Name)
    }
    return {
        part
        for node in tree.body
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if (alias.asname or alias.name) in members
        for part in (node.module or "", f"{node.module}.{alias.name}")
    }


def _words(rooms: frozenset[str]) -> str:
    return ", ".join(sorted(rooms)) or "what is not ours"
