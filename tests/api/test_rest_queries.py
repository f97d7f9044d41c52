"""Queries are read by type, and lists are answered in parts."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from tocsin.api.query import Query
from tocsin.usecases.errors import Invalid


def complaint(raw: bytes, reader: str, *arguments: str) -> str:
    with pytest.raises(Invalid) as refused:
        getattr(Query(raw), reader)(*arguments)
    (sentence,) = refused.value.sentences
    return sentence


def test_an_empty_parameter_is_none() -> None:
    query = Query(b"query=&since=&limit=&statuses[]=&total=&time_zone=&sort_by=")

    assert query.text("query") is None
    assert query.instant("since") is None
    assert query.many("statuses[]") == ()
    assert query.zone() is None
    assert query.sorting("name") == ()
    assert (query.page().limit, query.page().wants_total) == (25, False)


@pytest.mark.parametrize(
    ("raw", "flag"), [(b"f=1", True), (b"f=true", True), (b"f=0", False), (b"f=False", False)]
)
def test_a_flag_is_a_number_or_a_word(raw: bytes, flag: bool) -> None:
    assert Query(raw).flag("f", default=not flag) is flag


def test_a_flag_left_out_has_its_default() -> None:
    assert Query(b"").flag("f", default=True)


@pytest.mark.parametrize(
    "raw", [b"ids[]=B&ids[]=A&ids[]=B", b"ids%5B%5D=B&ids%5B%5D=A", b"ids=B&ids=A"]
)
def test_a_set_is_repeated_with_or_without_brackets(raw: bytes) -> None:
    assert Query(raw).many("ids[]") == ("B", "A")


def test_a_set_of_words_holds_only_those() -> None:
    words = ("triggered", "acknowledged", "resolved")

    assert Query(b"statuses[]=resolved").many_of("statuses[]", *words) == ("resolved",)
    assert complaint(b"statuses[]=open", "many_of", "statuses[]", *words) == (
        "Statuses must be a list of triggered, acknowledged, or resolved."
    )


def test_only_what_is_known_is_included() -> None:
    assert Query(b"include[]=teams&include[]=moon").includes("teams", "services") == {"teams"}


def test_an_instant_is_read_in_the_zone_of_the_question() -> None:
    query = Query(b"since=2026-11-21&until=2026-11-21T10:00-07&time_zone=Europe/Vienna")
    vienna = ZoneInfo("Europe/Vienna")

    assert query.zone() == vienna
    assert query.instant("since", vienna) == datetime(2026, 11, 20, 23, tzinfo=UTC)
    assert query.instant("until") == datetime(2026, 11, 21, 17, tzinfo=UTC)


def test_the_sorting_names_fields_and_directions() -> None:
    query = Query(b"sort_by=created_at:desc,%20urgency,")

    assert query.sorting("created_at", "urgency") == (("created_at", True), ("urgency", False))


@pytest.mark.parametrize(
    ("raw", "reader", "argument", "sentence"),
    [
        (b"total=maybe", "flag", "total", "Total must be true or false."),
        (b"since=soon", "instant", "since", "Since must be a date or a time in ISO 8601."),
        (b"time_zone=../x", "zone", "time_zone", "Time zone must be the name of a time zone."),
        (b"time_zone=America", "zone", "time_zone", "Time zone must be the name of a time zone."),
        (b"sort_by=a:up", "sorting", "a", "Sort by must name a, :asc or :desc."),
        (b"sort_by=b", "sorting", "a", "Sort by must name a, :asc or :desc."),
    ],
)
def test_a_parameter_that_makes_no_sense_is_one_sentence(
    raw: bytes, reader: str, argument: str, sentence: str
) -> None:
    assert complaint(raw, reader, argument) == sentence


def test_a_word_is_one_of_those_known() -> None:
    assert Query(b"filter=past").one_of("filter", "past", "open") == "past"
    assert complaint(b"filter=x", "one_of", "filter", "past", "open") == (
        "Filter must be past or open."
    )


def test_no_parameter_holds_a_nul() -> None:
    with pytest.raises(Invalid):
        Query(b"query=%00")


@pytest.mark.parametrize("raw", [b"%ff=%ff", b"a=%ed%a0%80", b"\xff=\xfe", b"&&==&"])
def test_no_query_is_unreadable(raw: bytes) -> None:
    assert Query(raw).text("query") is None


def test_a_page_holds_what_was_asked_for_and_tells_of_more() -> None:
    page = Query(b"limit=2&offset=4").page()

    assert (page.fetch, page.offset) == (3, 4)
    assert page.wrap("things", [5, 6, 7], str) == {
        "things": ["5", "6"],
        "limit": 2,
        "offset": 4,
        "total": None,
        "more": True,
    }
    assert page.wrap("things", [5, 6], str)["more"] is False


def test_a_page_is_no_longer_than_allowed_and_says_so() -> None:
    assert Query(b"limit=1000").page().wrap("things", [], str)["limit"] == 100


def test_a_whole_list_is_cut_and_counted() -> None:
    page = Query(b"limit=2&offset=1&total=true").page()

    cut = page.cut("things", range(4), str)

    assert (cut["things"], cut["more"], cut["total"]) == (["1", "2"], True, 4)


@pytest.mark.parametrize(
    ("raw", "sentence"),
    [
        (b"limit=0", "Limit must be a whole number of at least 1."),
        (b"limit=-1", "Limit must be a whole number of at least 1."),
        (b"limit=ten", "Limit must be a whole number of at least 1."),
        (b"limit=%D9%A1", "Limit must be a whole number of at least 1."),
        (b"offset=-1", "Offset must be a whole number of at least 0."),
        (b"offset=99999999999999999999", "Offset must be a whole number of at least 0."),
        (b"offset=9976", "Offset plus limit cannot be greater than 10000."),
    ],
)
def test_a_page_that_cannot_be_is_refused(raw: bytes, sentence: str) -> None:
    assert complaint(raw, "page") == sentence


def test_a_page_reaches_as_far_as_ten_thousand() -> None:
    assert Query(b"offset=9975").page().offset == 9975


def test_a_cursor_goes_on_where_the_last_part_ended() -> None:
    def key(number: int) -> tuple[str, ...]:
        return (str(number),)

    first = Query(b"limit=2").cursor()
    part = first.wrap("things", [1, 2, 3], str, key=key)
    second = Query(f"limit=2&cursor={part['next_cursor']}".encode()).cursor()

    assert (first.after, part["things"], second.after) == (None, ["1", "2"], ("2",))
    assert second.wrap("things", [3], str, key=key) == {
        "things": ["3"],
        "limit": 2,
        "next_cursor": None,
    }


@pytest.mark.parametrize("cursor", ["x", "%00", "WzFd", "e30=", "WyJcdTAwMDAiXQ==", "ä"])
def test_a_cursor_that_is_not_ours_is_refused(cursor: str) -> None:
    with pytest.raises(Invalid):
        Query(f"cursor={cursor}".encode()).cursor()
