"""What stands on a page: its links, and its forms as they are filled in."""

from html.parser import HTMLParser
from urllib.parse import urlencode

import httpx
import msgspec

Field = tuple[str, str]
PROOF = "proof"


class Form(msgspec.Struct):
    """A form, and what a browser would send of it."""

    method: str
    action: str
    fields: list[Field] = []

    @property
    def names(self) -> list[str]:
        """What its fields are called, but for the proof."""
        return sorted({name for name, _ in self.fields} - {PROOF})

    def with_other(self, name: str, value: str, proof: str) -> bytes:
        """Return what is sent if one field holds something else."""
        rest = [field for field in self.fields if field[0] not in {name, PROOF}]
        return urlencode([*rest, (name, value), (PROOF, proof)]).encode()


class Standing(HTMLParser):
    """Reads a page."""

    def __init__(self, page: httpx.Response) -> None:
        super().__init__()
        self.links: list[str] = []
        self.forms: list[Form] = []
        self._fields: list[Field] = []  # of the form that is being read
        self._choice = ""
        self.feed(page.text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        given = {name: value or "" for name, value in attrs}
        name, value = given.get("name", ""), given.get("value", "")
        if tag == "a" and given.get("href", "").startswith("/"):
            self.links.append(given["href"].partition("#")[0])
        elif tag == "form":
            self._fields = []
            action = given.get("action", "").partition("#")[0]
            self.forms.append(Form(given.get("method", "get"), action, self._fields))
        elif tag == "select":
            self._choice = name
        elif tag == "option" and "selected" in given:
            self._fields.append((self._choice, value))
        elif tag in {"input", "textarea", "button"} and name:
            self._fields.append((name, value))
