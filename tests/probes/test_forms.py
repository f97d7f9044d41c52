"""Forms as a browser finds them in a page, also in one that is hostile."""

from time import perf_counter

import httpx
import pytest

from tocsin.probes.forms import Pairs, fill_in

PAGE = httpx.URL("https://shop.example.com/login")
MOST_SECONDS = 2.0  # of a machine that is busy; each of these took minutes


def sent(html: str, **fields: str) -> Pairs | None:
    form = fill_in(html, PAGE, fields)
    return form.pairs if form else None


@pytest.mark.parametrize(
    "around",
    [
        "<!-- <form><input name=user value=no></form> -->{}",
        "<!-->{}",
        "<script>'<form><input name=user>'</script>{}",
        "<STYLE>form {{}} <form></STYLE><div class='<form>'>{}</div>",
        '<p>3 < 4 & "5" > \'{}',
        "<noscript>{}</noscript>",
    ],
)
def test_a_form_is_found_whatever_stands_around_it(around: str) -> None:
    form = "<form><input name=user value='a>b<c\"d'></form>"

    assert sent(around.format(form)) == [("user", 'a>b<c"d')]


def test_texts_of_controls_are_kept() -> None:
    form = (
        "<form><textarea name=note>1 < 2 &amp; 3</TEXTAREA>"
        "<select name=size><option>small<option selected>very <b>large</b></select></form>"
    )

    assert sent(form) == [("note", "1 < 2 & 3"), ("size", "very")]


@pytest.mark.parametrize(
    "html",
    ["<!-- <form><input name=user>", "<script><form><input name=user>", "<form", "<form x='>"],
)
def test_what_has_no_end_has_no_form(html: str) -> None:
    assert sent(html) is None


@pytest.mark.parametrize(
    "piece",
    ["<a", "<a a a a", "<!--", "<form>", "<option>", '<input ""', "<input name=a>", "<textarea>"],
)
def test_a_hostile_page_costs_no_more_than_its_size(piece: str) -> None:
    began = perf_counter()

    sent(piece * (500_000 // len(piece)), user="ann")

    assert perf_counter() - began < MOST_SECONDS
