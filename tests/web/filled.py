"""What a browser would send of a form, as it stands on a page."""

from html.parser import HTMLParser

import httpx

Fields = dict[str, list[str]]


def fields_of(page: httpx.Response, form_id: str) -> Fields:
    """Return the fields of a form with what is filled in."""
    reader = _Reader(form_id)
    reader.feed(page.text)
    assert reader.was_there, page.text
    return reader.fields


class _Reader(HTMLParser):
    def __init__(self, form_id: str) -> None:
        super().__init__()
        self.fields: Fields = {}
        self.was_there = False
        self._form_id = form_id
        self._is_inside = False
        self._select: list[tuple[str, bool]] | None = None
        self._text: list[str] | None = None
        self._name = ""

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = dict(attrs)
        if tag == "form":
            self._is_inside = given.get("id") == self._form_id
            self.was_there |= self._is_inside
        if not self._is_inside:
            return
        name, value = given.get("name") or "", given.get("value") or ""
        may_be_left = given.get("type") in {"checkbox", "radio"}
        if tag == "input" and (not may_be_left or "checked" in given):
            self._fill(name, value)
        elif tag == "select":
            self._name, self._select = name, []
        elif tag == "option" and self._select is not None:
            self._select.append((value, "selected" in given))
        elif tag == "textarea":
            self._name, self._text = name, []

    def handle_data(self, data: str) -> None:
        if self._text is not None:
            self._text.append(data)

    def handle_endtag(self, tag: str) -> None:
        if tag == "form":
            self._is_inside = False
        elif tag == "select" and self._select is not None:
            chosen = [value for value, is_selected in self._select if is_selected]
            self._fill(self._name, (chosen or [value for value, _ in self._select])[0])
            self._select = None
        elif tag == "textarea" and self._text is not None:
            self._fill(self._name, "".join(self._text).removeprefix("\n"))
            self._text = None

    def _fill(self, name: str, value: str) -> None:
        self.fields.setdefault(name, []).append(value)
