"""The house keeps its law, and the law catches who breaks it."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests.house import law
from tests.house.law import FILE_LAWS, Source, rooms_name_their_files, sources

ROOT = Path(__file__).parents[2]
LONG = "def f() -> None:\n" + "    f()\n" * 40


@pytest.mark.parametrize("keeps", FILE_LAWS, ids=lambda keeps: keeps.__name__)
def test_the_house_keeps_its_law(keeps: Callable[[Source], Iterator[str]]) -> None:
    breaches = [breach for source in sources(ROOT) for breach in keeps(source)]

    assert not breaches, "\n" + "\n".join(breaches)


def test_rooms_name_their_files() -> None:
    breaches = list(rooms_name_their_files(ROOT))

    assert not breaches, "\n" + "\n".join(breaches)


@pytest.mark.parametrize(
    ("file", "text", "keeps", "breach"),
    [
        ("domain/a.py", "from tocsin.store import b", law.imports_go_down, "domain may not import"),
        ("domain/a.py", "from tocsin import store", law.imports_go_down, "import tocsin.store"),
        ("kit/a.py", "import tocsin.domain.b", law.imports_go_down, "only what is not ours"),
        ("store/a.py", "from tocsin.usecases.b import c", law.imports_go_down, "only config, dom"),
        ("engine/a.py", "from tocsin.store.b import c", law.imports_go_down, "may not import"),
        ("app.py", "from tocsin.cli import main", law.imports_go_down, "app may not import"),
        ("services/a.py", "", law.imports_go_down, "No room is called services"),
        ("domain/a.py", "import time", law.pure_rooms_are_pure, "may not import time"),
        ("inbound/a.py", "from os.path import join", law.pure_rooms_are_pure, "import os.path"),
        ("domain/a.py", "x = datetime.now(UTC)", law.pure_rooms_are_pure, "may not call now()"),
        ("domain/a.py", "x = open('y')", law.pure_rooms_are_pure, "may not call open()"),
        ("api/a.py", "\n" * 401, law.files_are_short, "401 lines, and 400 are the most"),
        ("api/a.py", LONG, law.functions_are_short, "f has 41 lines, and 40 are the most"),
        ("api/a.py", "def f():\n    import x", law.imports_stand_at_the_top, "inside a function"),
        ("api/a.py", "if TYPE_CHECKING:\n    import x", law.imports_stand_at_the_top, "circle"),
        ("api/a.py", "try: f()\nexcept Exception: raise", law.few_catch_all, "hides faults"),
        ("api/a.py", "try: f()\nexcept: pass", law.few_catch_all, "except BaseException hides"),
        ("api/a.py", "x = 1  # TO" + "DO: y", law.nothing_is_left_undone, "work not done"),
        ("api/a.py", "x = 1", law.modules_say_what_they_are_for, "does not begin with a sentence"),
    ],
)  # fmt: skip
def test_a_breach_is_told_with_its_place(
    tmp_path: Path, file: str, text: str, keeps: Callable[[Source], Iterator[str]], breach: str
) -> None:
    [source] = _plant(tmp_path, {file: text})

    [told] = keeps(source)
    assert told.startswith(f"tocsin/{file}:")
    assert breach in told


@pytest.mark.parametrize(
    ("file", "text", "keeps"),
    [
        ("domain/a.py", "from tocsin.kit.ids import new_id", law.imports_go_down),
        ("domain/a.py", "from tocsin.domain.b import c", law.imports_go_down),
        ("domain/a.py", "from tocsin import __version__", law.imports_go_down),
        ("app.py", "from tocsin.api.b import c", law.imports_go_down),
        ("domain/a.py", "from datetime import time\nx = opening.now()", law.pure_rooms_are_pure),
        ("store/a.py", "import time", law.pure_rooms_are_pure),
        ("api/http.py", "try: f()\nexcept Exception: pass", law.few_catch_all),
        ("api/a.py", "try: f()\nexcept BaseException:\n  g()\n  raise", law.few_catch_all),
        ("api/a.py", '"""Two lines\nof it."""', law.modules_say_what_they_are_for),
    ],
)
def test_what_the_law_allows_is_no_breach(
    tmp_path: Path, file: str, text: str, keeps: Callable[[Source], Iterator[str]]
) -> None:
    [source] = _plant(tmp_path, {file: text})

    assert list(keeps(source)) == []


def test_a_file_that_no_tuple_names_is_found(tmp_path: Path) -> None:
    _plant(
        tmp_path,
        {
            "channels/__init__.py": (
                "from tocsin.channels.email import Email\n"
                "from tocsin.channels import sms\n"
                "from tocsin.channels.push import Push\n"
                "CHANNELS: Final[tuple[Channel, ...]] = (Email, sms)\n"
            ),
            "channels/email.py": "from tocsin.channels.mime import make",
            "channels/mime.py": "",
            "channels/sms.py": "",
            "channels/push.py": "",
            "channels/pigeons/__init__.py": "",
            "channels/pigeons/loft.py": "from tocsin.channels.pigeons.bird import fly",
            "channels/pigeons/bird.py": "",
        },
    )

    loft, push = rooms_name_their_files(tmp_path)
    assert "tocsin/channels/pigeons/loft.py:1: nobody knows this file" in loft
    assert push == (
        "tocsin/channels/push.py:1: nobody knows this file:"
        " name it in CHANNELS of tocsin/channels/__init__.py."
    )


def _plant(root: Path, files: dict[str, str]) -> tuple[Source, ...]:
    for name, text in files.items():
        file = root / "tocsin" / name
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(text)
    return sources(root)
