"""Addresses of contact methods: what they must look like for each way to reach people."""

import re
from collections.abc import Iterator
from typing import Final

import phonenumbers
from email_validator import EmailNotValidError, validate_email

from tocsin.domain.faults import faults_of_url
from tocsin.domain.reaching.contact_kind import Field, Kind

TELEPHONES: Final = frozenset({"phone", "sms", "whatsapp"})
DEFAULT_COUNTRY: Final = 1

LONGEST: Final = 2000
SHORTEST_EMAIL: Final = 6
LONGEST_EMAIL: Final = 100
LONGEST_TELEPHONE: Final = 40
COUNTRIES: Final = range(1, 2000)

# Countries whose numbers are written with a 0 in front at home and without it from abroad.
_HOME_ZERO: Final = frozenset({33, 40, 44, 45, 49, 61, 66, 91})
_NORTH_AMERICA: Final = 1
_MEXICO: Final = 52
_DIALLED: Final = re.compile(r"[0-9][0-9,*#]*")
_EXTENSION: Final = re.compile(r"[,*#].*", re.DOTALL)
_ABROAD: Final = re.compile(r"^\s*00")  # what most of the world dials where a plus is written


def faults_of_address(kind: Kind, country: int | None, address: str) -> Iterator[str]:
    """Say what is wrong with the address of a contact method."""
    if kind.adds_itself:
        yield f"Type cannot be {kind.name}_contact_method: devices add themselves."
        return
    match kind.address.kind:
        case "email":
            yield from (f"Address {fault}" for fault in faults_of_email(address))
        case "url":
            yield from faults_of_url("Address", address, kind.address.example)
        case "tel":
            yield from _faults_of_telephone(kind.name, country or DEFAULT_COUNTRY, address)
        case _:
            yield from faults_of_value("Address", kind.address, address)


def dialled_from_abroad(country: int | None, written: str) -> tuple[int | None, str]:
    """Return a country and a number in it of what somebody wrote: ``+43 (0)660 123 45 67``.

    What does not look like a number stays as it is.
    """
    extension = "".join(_EXTENSION.findall(written))
    whole = _ABROAD.sub("+", written.removesuffix(extension), count=1)
    number = _read_number(country or DEFAULT_COUNTRY, whole)
    if number is None:
        return country, written
    significant = phonenumbers.national_significant_number(number)
    return number.country_code, significant + "".join(extension.split())


def faults_of_value(name: str, field: Field, value: str) -> Iterator[str]:
    """Say what is wrong with what was given for a field."""
    if len(value) > LONGEST or not re.fullmatch(field.pattern or ".+", value):
        yield f"{name} must be {field.help or field.label} such as {field.example}."


def faults_of_email(address: str) -> Iterator[str]:
    """Say what is wrong with an e-mail address. Names that only an own network knows are fine."""
    if not SHORTEST_EMAIL <= len(address) <= LONGEST_EMAIL:
        yield f"must have {SHORTEST_EMAIL} to {LONGEST_EMAIL} characters."
        return
    try:
        validate_email(address, check_deliverability=False, globally_deliverable=False)
    except EmailNotValidError:
        yield "must be an e-mail address such as alice@example.com."


def _faults_of_telephone(kind: str, country: int, address: str) -> Iterator[str]:
    """Judge by what PagerDuty accepts, not by whether a plan of numbers knows the number."""
    if country not in COUNTRIES:
        yield f"Country code must be from {COUNTRIES.start} to {COUNTRIES.stop - 1}."
    elif len(address) > LONGEST_TELEPHONE or not _DIALLED.fullmatch(address):
        yield (
            f"Address must be at most {LONGEST_TELEPHONE} digits,"
            " with commas for pauses and * or # where an extension needs them."
        )
    elif unwanted := _unwanted_start(kind, country, address):
        hint = _hint(country, address)
        meant = f"; perhaps {hint} is meant" if hint and not hint.startswith(unwanted) else ""
        yield f"Address must not begin with {unwanted} for +{country}{meant}."


def _unwanted_start(kind: str, country: int, address: str) -> str | None:
    if address.startswith("0") and country in _HOME_ZERO:
        return "0"
    is_home_one = country == _NORTH_AMERICA or (country == _MEXICO and kind == "sms")
    return "1" if address.startswith("1") and is_home_one else None


def _hint(country: int, address: str) -> str:
    """Suggest the number as it is dialled from abroad, if it looks like one."""
    number = _read_number(country, address)
    return phonenumbers.national_significant_number(number) if number else ""


def _read_number(country: int, text: str) -> phonenumbers.PhoneNumber | None:
    try:
        number = phonenumbers.parse(text, phonenumbers.region_code_for_country_code(country))
    except phonenumbers.NumberParseException:
        return None
    return number if phonenumbers.is_possible_number(number) else None
