"""A path leads to what was declared for it, and to nothing else."""

import pytest

from tocsin.kit.paths import MethodNotAllowedError, PathNotFoundError, PathTree


@pytest.fixture(name="tree")
def a_tree() -> PathTree[str]:
    tree: PathTree[str] = PathTree()
    for method, path in (
        ("GET", "/users"),
        ("POST", "/users"),
        ("GET", "/users/{id}"),
        ("PUT", "/users/{id}"),
        ("GET", "/users/me"),
        ("GET", "/users/{user_id}/rules/{id}"),
        ("GET", "/{entity_type}/{id}/tags"),
    ):
        tree.add(method, path, f"{method} {path}")
    return tree


@pytest.mark.parametrize(
    ("path", "leaf", "parameters"),
    [
        ("/users", "GET /users", {}),
        ("/users/", "GET /users", {}),
        ("/users/P1", "GET /users/{id}", {"id": "P1"}),
        ("/users/P1/", "GET /users/{id}", {"id": "P1"}),
        ("/users/me", "GET /users/me", {}),
        ("/users/P1/rules/R2", "GET /users/{user_id}/rules/{id}", {"user_id": "P1", "id": "R2"}),
    ],
)
def test_words_come_before_wildcards(
    tree: PathTree[str], path: str, leaf: str, parameters: dict[str, str]
) -> None:
    assert (leaf, parameters) == tree.find("GET", path)


def test_a_word_that_leads_nowhere_gives_way_to_a_wildcard(tree: PathTree[str]) -> None:
    match = tree.find("GET", "/users/P1/tags")

    assert match == ("GET /{entity_type}/{id}/tags", {"entity_type": "users", "id": "P1"})


def test_a_word_without_the_method_gives_way_to_a_wildcard(tree: PathTree[str]) -> None:
    assert tree.find("PUT", "/users/me").parameters == {"id": "me"}


def test_a_slash_inside_a_segment_does_not_split_it(tree: PathTree[str]) -> None:
    assert tree.find("GET", "/users/a%2Fb%20c").parameters == {"id": "a/b c"}


@pytest.mark.parametrize("path", ["/", "/teams", "/users/P1/rules", "/users//rules/R2"])
def test_a_path_that_nobody_declared_is_not_found(tree: PathTree[str], path: str) -> None:
    with pytest.raises(PathNotFoundError):
        tree.find("GET", path)


def test_another_method_is_refused_with_those_allowed(tree: PathTree[str]) -> None:
    with pytest.raises(MethodNotAllowedError) as refused:
        tree.find("DELETE", "/users/me")

    assert frozenset({"GET", "PUT"}) == refused.value.allowed


def test_a_path_has_one_leaf_per_method(tree: PathTree[str]) -> None:
    with pytest.raises(ValueError, match="is declared twice"):
        tree.add("GET", "/users/{name}", "again")
