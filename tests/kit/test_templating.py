"""Templates that people write: what they may say, and what is refused before it does harm."""

import time

import msgspec
import pytest

from tocsin.kit.templating import LONGEST_OUTPUT, LONGEST_SOURCE, Refused, read_template


class Item(msgspec.Struct, frozen=True):
    title: str
    names: tuple[str, ...] = ("Ann", "Ben")


VALUES = {
    "items": [Item("Disk full"), Item("CPU hot")],
    "item": Item("Disk full"),
    "text": "hello",
    "count": 2,
    "nothing": None,
}


def rendered(source: str) -> str:
    return read_template(source).render(VALUES)


@pytest.mark.parametrize(
    ("source", "text"),
    [
        ("{{ count }} {{ text }}", "2 hello"),
        ("{{ item.title | upper }} {{ text | cut(3) }}{{ nothing }}", "DISK FULL he…"),
        ("{{ text | cut(9) }} {{ 'A' | lower }} {{ items | length }}", "hello a 2"),
        (
            "{% for a in items %}{{ loop.index }} {{ a.title }};{% endfor %}",
            "1 Disk full;2 CPU hot;",
        ),
        (
            "{% for a in items %}{% for n in a.names %}{{ n }}{% endfor %}{% endfor %}",
            "AnnBenAnnBen",
        ),
        ("{{ item.names | join }}, {{ item.names | join(' and ') }}", "Ann, Ben, Ann and Ben"),
        ("  {% if count == 2 and not nothing %}\ntwo\n{% endif %}\n", "two"),
        ("{{ 'a' if text in 'hello' else 'b' }}", "a"),
        (r"{{ 'a\0b\ud800' }}", "a\ufffdb\ufffd"),
    ],
)
def test_a_template_looks_at_what_it_is_given(source: str, text: str) -> None:
    assert rendered(source) == text


@pytest.mark.parametrize(
    ("source", "sentence"),
    [
        ("{% for i in range(10) %}x{% endfor %}", "Line 1: Call is not possible here."),
        ("\n{{ 'a' * 1000000000 }}", "Line 2: Mul is not possible here."),
        ("{% set a = text %}", "Line 1: Assign is not possible here."),
        ("{% include 'other' %}", "Line 1: Include is not possible here."),
        ("{% macro a() %}{% endmacro %}", "Line 1: Macro is not possible here."),
        ("{{ text ~ text }}", "Line 1: Concat is not possible here."),
        ("{% if count == 1e999 %}x{% endif %}", "Line 1: Numbers must be whole."),
        ("{{ item.names | join(items) }}", "Only texts and numbers can be shown."),
        ("{{ items[0] }}", "Line 1: Getitem is not possible here."),
        ("{% if text %}", "Line 1: Unexpected end of template."),
        ("{{ text | system }}", "Line 1: No filter named 'system'."),
        ("{{ text is callable }}", "Line 1: No test named 'callable'."),
        ("{{ sender }}", "'sender' is undefined."),
        ("{{ text.__class__ }}", "Access to attribute '__class__' of 'str' object is unsafe."),
        ("{{ item.__struct_fields__ }}", "Access to attribute '__struct_fields__' of 'Item'"),
        ("{{ text.format }}", "Only texts and numbers can be shown."),
        ("{{ text.format | upper }}", "Only texts and numbers can be shown."),
        ("{{ self }}", "Only texts and numbers can be shown."),
        ("{{ items }}", "Only texts and numbers can be shown."),
        ("{% for a in text %}x{% endfor %}", "A loop runs over a list."),
        ("{% for a in items recursive %}x{% endfor %}", "Line 1: A loop cannot call itself."),
        (
            "{% for a in items %}{% for b in items %}x{% endfor %}{% endfor %}",
            "Line 1: A loop within a loop runs over what belongs to an item of the outer one.",
        ),
        (
            "{% for a in items %}{% for b in a.names %}{% for c in b.x %}x"
            "{% endfor %}{% endfor %}{% endfor %}",
            "Line 1: Loops may stand 2 deep at most.",
        ),
        ("{{ " + "(" * 900 + "text" + ")" * 900 + " }}", "It is nested too deeply."),
        ("{% if text %}" * 150 + "{% endif %}" * 150, "It is nested too deeply."),
        ("x" * (LONGEST_SOURCE + 1), f"It must have at most {LONGEST_SOURCE} characters."),
        ("{{ text < 3 }}", "'<' not supported between instances of 'str' and 'int'."),
    ],
)
def test_whatever_could_do_harm_is_refused_with_a_sentence(source: str, sentence: str) -> None:
    with pytest.raises(Refused) as refused:
        rendered(source)

    assert str(refused.value).startswith(sentence)


def test_a_template_knows_what_it_asks_for() -> None:
    assert read_template("{% if count %}{{ item.title }}{% endif %}").names == {"count", "item"}


def test_what_comes_out_has_an_end() -> None:
    items = [Item("x" * 1000)] * 100

    with pytest.raises(Refused) as refused:
        read_template("{% for a in items %}{{ a.title }}{% endfor %}").render({"items": items})

    assert str(refused.value) == f"It becomes longer than {LONGEST_OUTPUT} characters."


def test_loops_that_show_nothing_end_soon() -> None:
    items = [Item("x" * 200)] * 5000
    inner = "{% for a in items %}{% if a.title | upper == 'b' %}x{% endif %}{% endfor %}"
    began = time.monotonic()

    assert read_template(inner * 50).render({"items": items}) == ""
    assert time.monotonic() - began < 5
