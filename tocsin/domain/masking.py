"""Masking: secrets as people may see them, and put back where a form returns their masks."""

import re
from collections.abc import Iterable
from typing import Final

import phonenumbers

DOTS: Final = "••••"
LONG_ENOUGH: Final = 12  # for its end to give nothing away
STARS: Final = "***"
LONG_NUMBER: Final = 7  # digits

_NAME: Final = (
    r"[\w-]*(?:authorization|api_?key|access_?key|routing_key|service_key|integration_key"
    r"|token|secret|passw(?:or)?d)"
)
# A header's line, a member of JSON, a field of a form or query, and a password before a host. What
# is looked ahead for is needed later, and spares most words a search for the end of a name in them.
_SECRET: Final = re.compile(
    r"^[ \t]*+(?=[\w-]++[ \t]*+:)"
    r"(?P<header>authorization|proxy-authorization|cookie|[\w-]*(?:key|token|secret))"
    r"[ \t]*:[ \t]*(?P<line>[^\r\n]+)"
    rf"|\"(?=[\w-]++\"\s*+:\s*+\")(?P<member>{_NAME})\"\s*:\s*\"(?P<text>(?:[^\"\\]|\\.)+)\""
    rf"|(?<![\w-])(?=[\w-]++=)(?P<field>{_NAME})=(?P<value>[^&\s\"',;{{}}\[\]]+)"
    r"|://(?P<user>[^/\s:@\"]*):(?P<password>[^/\s@\"]+)@",
    re.IGNORECASE | re.MULTILINE,
)
_PAIRS: Final = (("header", "line"), ("member", "text"), ("field", "value"), ("user", "password"))
# Each begins where no word stands before it: nothing is looked at twice.
_EMAIL: Final = re.compile(r"(?<![\w.+%'-])([\w+%'-])[\w.+%'-]*+@(\w[\w.-]*)")
_NUMBER: Final = re.compile(r"\+[0-9](?:[ ()./-]{0,2}[0-9]){5,18}")
_DIALLED: Final = re.compile(r"\+?[0-9](?:[ ()./-]{0,2}[0-9]){4,18}(?:[,*#][0-9,*#]*)?")
_EXTENSION: Final = re.compile(r"[,*#].*")
_NO_SECRET: Final = re.compile(r"\{[A-Z_]+\}|\[\[[^\[\]]*\]\]")  # somebody or something fills it in


def mask(secret: str) -> str:
    """Return what people may see of a secret: its last four characters, if it is long."""
    return DOTS + secret[-4:] if len(secret) >= LONG_ENOUGH else DOTS


def shown_part(address: str) -> str:
    """Return what people may see of an address that is a secret: where it leads, and its end."""
    scheme, found, rest = address.partition("://")
    if not found:
        return mask(address)
    host = rest.partition("/")[0].rpartition("@")[2]
    return (
        f"{scheme}://{host}/{mask(address)}"
        if scheme in {"http", "https"}
        else (f"{scheme}://{mask(address)}")
    )


def mask_address(address: str) -> str:
    """Return what others may see of how somebody is reached: enough to know it again."""
    if "://" in address:
        return shown_part(address)
    return _shown_number(address) if _DIALLED.fullmatch(address) else mask_addresses(address)


def mask_addresses(text: str) -> str:
    """Mask the e-mail addresses in a text, and the numbers that begin with a plus."""
    text = _EMAIL.sub(lambda found: f"{found[1]}{STARS}@{found[2]}", text)
    return _NUMBER.sub(lambda found: _shown_number(found[0]), text)


def is_mask(text: str) -> bool:
    """Say whether this stands for a secret, and is none."""
    return text.startswith(DOTS)


def hide(text: str, secrets: Iterable[str] = ()) -> str:
    """Mask what looks like a secret by its name, and these secrets wherever they stand."""
    for secret in sorted(filter(None, secrets), key=len, reverse=True):
        text = text.replace(secret, mask(secret))
    return _SECRET.sub(lambda found: _replaced(found, _masked(found)), text)


def secrets_in(text: str) -> list[str]:
    """List what looks like a secret by its name, and its long words, each by itself."""
    found = [_secret(one) for one in _SECRET.finditer(text)]
    kept = [secret for secret in found if not _NO_SECRET.search(secret)]
    parts = {part for secret in kept for part in (secret, *secret.split())}
    return [part for part in parts if len(part) >= LONG_ENOUGH]


def reveal(text: str, before: str) -> str:
    """Put the secrets of ``before`` back in the place of their masks."""
    known = {(_name(found), _masked(found)): _secret(found) for found in _SECRET.finditer(before)}

    def unmask(found: re.Match[str]) -> str:
        secret = _secret(found)
        return _replaced(found, known.get((_name(found), secret), secret))

    return _SECRET.sub(unmask, text)


def _shown_number(number: str) -> str:
    """Show the country, if it is told, and the last four digits, or two if there are few."""
    try:
        country = f"+{phonenumbers.parse(number).country_code} "
    except phonenumbers.NumberParseException:
        country = ""
    digits = "".join(filter(str.isdecimal, _EXTENSION.sub("", number)))
    end = digits[-4:] if len(digits) >= LONG_NUMBER else digits[-2:]
    return f"{country}{STARS} {STARS} {end}"


def _masked(found: re.Match[str]) -> str:
    """Mask a secret; of a header nothing is left to see, since its end may be a password's."""
    secret = _secret(found)
    if is_mask(secret) or _NO_SECRET.search(secret):
        return secret
    return DOTS if found["header"] or found["password"] else mask(secret)


def _replaced(found: re.Match[str], secret: str) -> str:
    begin, end = (at - found.start() for at in found.span(_part(found)[1]))
    return found[0][:begin] + secret + found[0][end:]


def _name(found: re.Match[str]) -> str:
    return found[_part(found)[0]].lower()


def _secret(found: re.Match[str]) -> str:
    return found[_part(found)[1]]


def _part(found: re.Match[str]) -> tuple[str, str]:
    return next(pair for pair in _PAIRS if found[pair[1]] is not None)
