"""Local times: an instant as people of a language read or hear it, by the clock of their zone."""

from collections.abc import Mapping
from datetime import datetime
from typing import Final, NamedTuple
from zoneinfo import ZoneInfo


class _Calendar(NamedTuple):
    """Names of days, Monday first, and of months; and how they are put together."""

    days: tuple[str, ...]
    months: tuple[str, ...]
    pattern: str


def local_time(at: datetime, zone: str, language: str) -> str:
    """Write an instant to the minute, in words that can be spoken too."""
    local = at.astimezone(ZoneInfo(zone))
    calendar = _CALENDARS.get(language, _CALENDARS["en"])
    return calendar.pattern.format(
        weekday=calendar.days[local.weekday()],
        day=local.day,
        month=calendar.months[local.month - 1],
        clock=f"{local:%H:%M}",
    )


def soon(at: datetime, now: datetime, zone: str, language: str) -> str:
    """Write an instant that is to come as shortly as can be: today's by its clock alone."""
    local, today = at.astimezone(ZoneInfo(zone)), now.astimezone(ZoneInfo(zone)).date()
    ahead = (local.date() - today).days
    if ahead == 0:
        return f"{local:%H:%M}"
    if ahead < _WEEK:
        calendar = _CALENDARS.get(language, _CALENDARS["en"])
        return f"{calendar.days[local.weekday()]} {local:%H:%M}"
    return local_time(at, zone, language)


_WEEK: Final = 7  # days


def _calendar(days: str, months: str, pattern: str) -> _Calendar:
    return _Calendar(tuple(days.split()), tuple(months.split()), pattern)


_CALENDARS: Final[Mapping[str, _Calendar]] = {
    "en": _calendar(
        "Monday Tuesday Wednesday Thursday Friday Saturday Sunday",
        "January February March April May June July August September October November December",
        "{weekday} {day} {month}, {clock}",
    ),
    "de": _calendar(
        "Montag Dienstag Mittwoch Donnerstag Freitag Samstag Sonntag",
        "Januar Februar März April Mai Juni Juli August September Oktober November Dezember",
        "{weekday}, {day}. {month}, {clock} Uhr",
    ),
    "fr": _calendar(
        "lundi mardi mercredi jeudi vendredi samedi dimanche",
        "janvier février mars avril mai juin juillet août septembre octobre novembre décembre",
        "{weekday} {day} {month}, {clock}",
    ),
    "es": _calendar(
        "lunes martes miércoles jueves viernes sábado domingo",
        "enero febrero marzo abril mayo junio julio agosto septiembre octubre noviembre diciembre",
        "{weekday} {day} de {month}, {clock}",
    ),
    "ja": _calendar(
        "月曜日 火曜日 水曜日 木曜日 金曜日 土曜日 日曜日",
        "1月 2月 3月 4月 5月 6月 7月 8月 9月 10月 11月 12月",
        "{month}{day}日 {weekday} {clock}",
    ),
}
