"""What is declared is what the contract describes, and what is missing is written down."""

import pytest

from tests.contract.judge import (
    DOCUMENT,
    FACTS,
    NOT_YET,
    Fact,
    assert_matches,
    facts,
    kept_facts,
    not_yet,
    read_facts,
    write_facts,
)
from tests.contract.own import OWN
from tocsin.api.resources import OPS
from tocsin.api.rest import Op

KNOWN = facts()
THEIRS = [op for op in OPS if op.id not in OWN]
HERE = pytest.mark.parametrize("op", THEIRS, ids=lambda op: op.id)


@HERE
def test_an_operation_is_declared_as_the_contract_describes_it(op: Op) -> None:
    fact = KNOWN[op.id]

    assert (op.method, op.path) == (fact.method, fact.path)
    assert op.status in fact.statuses
    assert fact.scope in {None, op.scope}


def test_what_is_our_own_is_declared_and_stands_in_nobody_s_way() -> None:
    own = [op for op in OPS if op.id in OWN]

    assert {op.id for op in own} == OWN
    assert OWN.isdisjoint(KNOWN)
    theirs = {(fact.method, fact.path) for fact in KNOWN.values()}
    assert theirs.isdisjoint((op.method, op.path) for op in own)


def test_each_operation_is_declared_once() -> None:
    ids = [op.id for op in OPS]

    assert len(ids) == len(set(ids))


def test_what_is_missing_is_written_down_and_nothing_else() -> None:
    declared, missing = {op.id for op in OPS}, set(not_yet())

    done = [f"{id_}: it is declared, take its line away" for id_ in sorted(missing & declared)]
    gone = [
        f"{id_}: declare it; the list may only shrink"
        for id_ in sorted(KNOWN.keys() - missing - declared)
    ]
    strange = [f"{id_}: no operation has this id" for id_ in sorted(missing - KNOWN.keys())]
    assert not done + gone + strange, f"\n{NOT_YET}:\n" + "\n".join(done + gone + strange)


def test_the_facts_kept_here_are_those_of_the_document() -> None:
    text = write_facts(read_facts() if DOCUMENT.exists() else kept_facts())

    assert FACTS.read_text() == text, f"Write {FACTS} anew with write_facts(read_facts())"


def test_an_answer_that_breaks_the_contract_is_named_with_its_place() -> None:
    if not DOCUMENT.exists():
        return
    body = {"abilities": ["teams", 7]}

    with pytest.raises(AssertionError, match=r"listAbilities answered 200; at \$\.abilities\[1\]"):
        assert_matches("listAbilities", 200, body)


def test_a_success_that_the_contract_does_not_know_is_refused() -> None:
    if not DOCUMENT.exists():
        return
    with pytest.raises(AssertionError, match="listAbilities cannot answer 202"):
        assert_matches("listAbilities", 202, None)


def test_facts_survive_being_written() -> None:
    fact = Fact("listUsers", "GET", "/users", (200,), "users.read")

    assert write_facts([fact]) == '[\n["listUsers", "GET", "/users", [200], "users.read"]\n]\n'
