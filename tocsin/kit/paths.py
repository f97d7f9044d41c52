"""A tree of paths: each segment is a word or a ``{wildcard}``, and words are tried first."""

from collections.abc import Iterator, Mapping
from typing import Generic, NamedTuple, TypeVar
from urllib.parse import unquote

Leaf = TypeVar("Leaf")


class PathNotFoundError(Exception):
    """Nothing has this path."""


class MethodNotAllowedError(Exception):
    """The path exists, with other methods."""

    def __init__(self, allowed: frozenset[str]) -> None:
        super().__init__(", ".join(sorted(allowed)))
        self.allowed = allowed


class Match(NamedTuple, Generic[Leaf]):
    """What was found, and the text of each wildcard on the way, by its name."""

    leaf: Leaf
    parameters: dict[str, str]


class PathTree(Generic[Leaf]):
    """Keeps one leaf per method and path. A trailing slash makes no difference."""

    def __init__(self) -> None:
        self._root: _Node[Leaf] = _Node()

    def add(self, method: str, path: str, leaf: Leaf) -> None:
        """Put a leaf at a path. Raises ValueError if there is one already."""
        node, names = self._root, []
        for segment in _segments(path):
            if segment.startswith("{") and segment.endswith("}"):
                names.append(segment[1:-1])
                node.wildcard = node = node.wildcard or _Node()
            else:
                node = node.words.setdefault(segment, _Node())
        if method in node.leaves:
            raise ValueError(f"{method} {path} is declared twice")
        node.leaves[method] = (leaf, tuple(names))

    def find(self, method: str, path: str) -> Match[Leaf]:
        """Return what a percent-encoded path leads to.

        Where a word leads nowhere, or not with this method, wildcards get their turn. Raises
        PathNotFoundError or MethodNotAllowedError.
        """
        segments = [unquote(segment) for segment in _segments(path)]
        allowed: set[str] = set()
        for leaves, values in _ends(self._root, segments):
            if method in leaves:
                leaf, names = leaves[method]
                return Match(leaf, dict(zip(names, values, strict=True)))
            allowed.update(leaves)
        if allowed:
            raise MethodNotAllowedError(frozenset(allowed))
        raise PathNotFoundError(path)


class _Node(Generic[Leaf]):
    __slots__ = ("leaves", "wildcard", "words")

    def __init__(self) -> None:
        self.words: dict[str, _Node[Leaf]] = {}
        self.wildcard: _Node[Leaf] | None = None
        self.leaves: dict[str, tuple[Leaf, tuple[str, ...]]] = {}


def _segments(path: str) -> list[str]:
    return path.strip("/").split("/")


def _ends(
    node: _Node[Leaf], segments: list[str], depth: int = 0
) -> Iterator[tuple[Mapping[str, tuple[Leaf, tuple[str, ...]]], tuple[str, ...]]]:
    """Yield every end of these segments, with the texts of the wildcards passed."""
    if depth == len(segments):
        if node.leaves:
            yield node.leaves, ()
        return
    segment = segments[depth]
    if segment in node.words:
        yield from _ends(node.words[segment], segments, depth + 1)
    if node.wildcard is not None and segment:
        for leaves, values in _ends(node.wildcard, segments, depth + 1):
            yield leaves, (segment, *values)
