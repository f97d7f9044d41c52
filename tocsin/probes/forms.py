"""Forms of pages: filled in and sent as a browser does it."""

from collections.abc import Iterator, Mapping
from typing import Final

import httpx
import msgspec
from bs4 import BeautifulSoup, Tag
from bs4.exceptions import ParserRejectedMarkup
from bs4.filter import SoupStrainer

from tocsin.probes.form_tags import form_tags

_CONTROLS: Final = ("input", "select", "textarea", "button")
_PARTS: Final = SoupStrainer(["base", "form"])
_TICKED: Final = ("checkbox", "radio")
_BUTTONS: Final = ("submit", "image")
_LEFT_OUT: Final = ("reset", "button", "file")

Pairs = list[tuple[str, str]]


class Form(msgspec.Struct, frozen=True, kw_only=True):
    """A form that is filled in: what is sent, where, and how."""

    url: httpx.URL
    method: str
    multipart: bool
    pairs: Pairs


def fill_in(html: str, page: httpx.URL, fields: Mapping[str, str]) -> Form | None:
    """Fill in the first form of a page that has all these fields; None if none has.

    A field that is named as a button says which one is pressed.
    """
    try:
        soup = BeautifulSoup(form_tags(html), "html.parser", parse_only=_PARTS)
    except ParserRejectedMarkup:
        return None
    base = soup.find("base", href=True)
    here = page.join(_text(base, "href")) if isinstance(base, Tag) else page
    for form in soup.find_all("form", recursive=False):
        controls = [c for c in form.find_all(_CONTROLS) if _text(c, "name")]
        if set(fields) <= {_text(control, "name") for control in controls}:
            action = _text(form, "action")
            return Form(
                url=here.join(action) if action else page,
                method="POST" if _text(form, "method").lower() == "post" else "GET",
                multipart=_text(form, "enctype").lower() == "multipart/form-data",
                pairs=list(_pairs(controls, fields)),
            )
    return None


def _pairs(controls: list[Tag], fields: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """Yield what is sent: what was there, what is filled in, and the button that is pressed."""
    pressed = _pressed(controls, fields)
    filled = set()
    for control in controls:
        name, kind = _text(control, "name"), _kind(control)
        if control.has_attr("disabled") or kind in _LEFT_OUT:
            continue
        if kind in _BUTTONS:
            if control is pressed:
                yield name, fields.get(name) or _text(control, "value")
        elif name not in fields:
            yield from ((name, value) for value in _values(control, kind))
        elif name not in filled:
            filled.add(name)
            yield name, fields[name]


def _pressed(controls: list[Tag], fields: Mapping[str, str]) -> Tag | None:
    buttons = [c for c in controls if _kind(c) in _BUTTONS and not c.has_attr("disabled")]
    named = [button for button in buttons if _text(button, "name") in fields]
    return next(iter(named or buttons), None)


def _values(control: Tag, kind: str) -> Iterator[str]:
    """Yield what a control sends that nobody has touched."""
    if kind == "select":
        yield from _chosen(control)
    elif kind == "textarea":
        yield control.get_text()
    elif kind not in _TICKED:
        yield _text(control, "value")
    elif control.has_attr("checked"):
        yield _text(control, "value") if control.has_attr("value") else "on"


def _chosen(select: Tag) -> list[str]:
    options = select.find_all("option")
    chosen = [option for option in options if option.has_attr("selected")]
    if not chosen and not select.has_attr("multiple"):
        chosen = options[:1]
    return [_text(o, "value") if o.has_attr("value") else o.get_text(strip=True) for o in chosen]


def _kind(control: Tag) -> str:
    if control.name in {"select", "textarea"}:
        return str(control.name)
    default = "submit" if control.name == "button" else "text"
    return _text(control, "type").lower() or default


def _text(tag: Tag, attribute: str) -> str:
    return str(tag.get(attribute) or "")
