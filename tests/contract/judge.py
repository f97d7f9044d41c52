"""The published contract as judge: of what is declared, and of every answer in the API's tests.

The document lies beside a developer's checkout. Where it is absent, facts taken from it are kept
in ``facts.json``, and answers are not judged.
"""

import json
import re
from collections.abc import Callable, Iterable
from functools import cache
from pathlib import Path
from typing import Any, Final, NamedTuple

from jsonschema import Draft202012Validator
from jsonschema.validators import extend
from referencing import Registry
from referencing.jsonschema import DRAFT202012

from tests.contract.own import OWN
from tests.contract.tolerated import TOLERATED

HERE: Final = Path(__file__).parent
DOCUMENT: Final = HERE.parents[2] / "shared" / "contract" / "rest-openapi.json"
FACTS: Final = HERE / "facts.json"
NOT_YET: Final = HERE / "not_yet.txt"

Check = Callable[[Any, Any, Any, Any], Iterable[Any] | None]

_METHODS: Final = ("get", "post", "put", "patch", "delete")
_ADDRESS: Final = "urn:contract"
_INDEX: Final = re.compile(r"\[\d+\]")


class Fact(NamedTuple):
    """What the contract says of an operation. Statuses are those of success."""

    id: str
    method: str
    path: str
    statuses: tuple[int, ...]
    scope: str | None


def pytest_report_header() -> str:
    """Say at the head of a test run whether answers are judged."""
    if DOCUMENT.exists():
        return f"contract: answers are judged by {DOCUMENT}"
    return f"contract: answers are not judged, as there is no {DOCUMENT}"


def facts() -> dict[str, Fact]:
    """Return every operation of the contract, by its id."""
    found = read_facts() if DOCUMENT.exists() else kept_facts()
    return {fact.id: fact for fact in found}


def read_facts() -> list[Fact]:
    """Read the facts from the document."""
    return sorted(
        Fact(
            operation["operationId"],
            method.upper(),
            path,
            tuple(int(status) for status in operation["responses"] if status.startswith("2")),
            operation.get("x-pd-requires-scope"),
        )
        for path, operations in _document()["paths"].items()
        for method, operation in operations.items()
        if method in _METHODS
    )


def kept_facts() -> list[Fact]:
    """Read the facts that are kept here, one operation a line."""
    return [
        Fact(id_, method, path, tuple(statuses), scope)
        for id_, method, path, statuses, scope in json.loads(FACTS.read_text())
    ]


def write_facts(facts: list[Fact]) -> str:
    """Return the text of ``facts.json``."""
    return "[\n" + ",\n".join(json.dumps(fact) for fact in facts) + "\n]\n"


def not_yet() -> list[str]:
    """Return the ids of the operations that are known to be missing."""
    return NOT_YET.read_text().split()


def assert_matches(operation_id: str, status: int, body: Any) -> None:
    """Fail unless the contract knows such an answer to this operation. ``body`` None is none."""
    if not DOCUMENT.exists() or operation_id in OWN:
        return
    validator = _validator(operation_id, status)
    if validator is None:
        assert body is None or not _is_success(status), (
            f"{operation_id} answered {status} with a body, of which the contract knows nothing"
        )
        return
    tolerated = TOLERATED.get(operation_id, {})
    for error in validator.iter_errors(body):
        assert _INDEX.sub("[*]", error.json_path) in tolerated, (
            f"{operation_id} answered {status}; at {error.json_path} {error.message}"
        )


@cache
def _validator(operation_id: str, status: int) -> Any:
    """Return the judge of an answer's body, None where the contract does not describe one."""
    fact = facts()[operation_id]
    operation = f"/paths/{_escaped(fact.path)}/{fact.method.lower()}"
    responses = _at(operation)["responses"]
    if str(status) not in responses:
        assert not _is_success(status), f"{operation_id} cannot answer {status}"
        return None
    pointer = f"{operation}/responses/{status}"
    pointer = responses[str(status)].get("$ref", f"#{pointer}").removeprefix("#")
    if "application/json" not in _at(pointer).get("content", {}):
        return None
    schema = {"$ref": f"{_ADDRESS}#{pointer}/content/{_escaped('application/json')}/schema"}
    return _Judge(schema, registry=_registry())


@cache
def _document() -> Any:
    return json.loads(DOCUMENT.read_text())


@cache
def _registry() -> Registry[Any]:
    document = DRAFT202012.create_resource(_document())
    registry: Registry[Any] = Registry().with_resource(_ADDRESS, document)
    return registry


def _lenient() -> Any:
    """Understand ``nullable``, and let alternatives overlap, as the contract's do."""
    known = Draft202012Validator.VALIDATORS
    keywords = {name: _unless_null(check) for name, check in known.items()}
    return extend(Draft202012Validator, keywords | {"oneOf": keywords["anyOf"]})


def _unless_null(check: Check) -> Check:
    def checked(validator: Any, value: Any, instance: Any, schema: Any) -> Iterable[Any]:
        if instance is None and schema.get("nullable") is True:
            return ()
        return check(validator, value, instance, schema) or ()

    return checked


_Judge: Final = _lenient()


def _is_success(status: int) -> bool:
    return 200 <= status < 300


def _at(pointer: str) -> Any:
    place = _document()
    for part in pointer.strip("/").split("/"):
        place = place[part.replace("~1", "/").replace("~0", "~")]
    return place


def _escaped(part: str) -> str:
    return part.replace("~", "~0").replace("/", "~1")
