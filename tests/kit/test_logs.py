"""The log: its two forms, and what never gets into it."""

import io
import json
import logging
from collections.abc import Iterator

import pytest
import structlog

from tocsin.kit.logs import set_up_logs


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    root = logging.getLogger()
    handlers, level = root.handlers, root.level
    yield
    root.handlers = handlers
    root.setLevel(level)
    structlog.reset_defaults()


def _log(form: str = "json", level: str = "info") -> io.StringIO:
    stream = io.StringIO()
    set_up_logs(level=level, form=form, stream=stream)
    return stream


def test_each_line_is_one_json_object() -> None:
    stream = _log()
    structlog.get_logger("tocsin.engine").info("A page\nwas sent", attempt=1, to={"kind": "email"})

    line = json.loads(stream.getvalue())
    assert stream.getvalue().count("\n") == 1
    assert line["event"] == "A page\nwas sent"
    assert line["level"] == "info"
    assert line["logger"] == "tocsin.engine"
    assert line["to"] == {"kind": "email"}
    assert line["timestamp"].endswith("Z")


def test_libraries_write_into_the_same_log() -> None:
    stream = _log()
    logging.getLogger("uvicorn.error").warning("started on %s", "here")

    assert json.loads(stream.getvalue())["event"] == "started on here"


def test_lines_below_the_level_are_left_out() -> None:
    stream = _log(level="warning")
    structlog.get_logger("tocsin").info("no")
    logging.getLogger("uvicorn").info("no")
    logging.getLogger("httpx").info("no")

    assert stream.getvalue() == ""


def test_requests_of_the_http_client_are_not_told() -> None:
    stream = _log(level="debug")
    logging.getLogger("httpx").info("HTTP Request: POST https://hooks.example.com/T0K3N")

    assert stream.getvalue() == ""


@pytest.mark.parametrize("form", ["json", "text"])
def test_secrets_are_hidden_wherever_they_stand(form: str) -> None:
    stream = _log(form)
    structlog.get_logger("tocsin").info(
        "Connecting to postgresql://tocsin:hunter2@db/tocsin",
        routing_key="hunter2",
        headers={"Authorization": "Token token=hunter2", "X": ["Bearer hunter2"]},
        api_tokens=["hunter2"],
        note="Authorization: Token token=hunter2",
        attempt=2,
    )

    assert "hunter2" not in stream.getvalue()
    assert "postgresql://tocsin:[hidden]@db/tocsin" in stream.getvalue()


@pytest.mark.parametrize("form", ["json", "text"])
def test_an_exception_is_told_with_its_place_and_without_its_secrets(form: str) -> None:
    stream = _log(form)
    try:
        raise ValueError("cannot reach smtp://me:hunter2@mail")
    except ValueError:
        structlog.get_logger("tocsin").exception("It failed")

    assert "test_logs.py" in stream.getvalue()
    assert "hunter2" not in stream.getvalue()


@pytest.mark.parametrize("mark", ["at", "rt", "ac", "cs"])
def test_what_apps_hold_is_hidden_wherever_it_stands(mark: str) -> None:
    stream = _log()
    logging.getLogger("uvicorn.access").info("GET /back?code=tocsin_%s_a-B_9&state=x", mark)

    assert (
        json.loads(stream.getvalue())["event"] == f"GET /back?code=tocsin_{mark}_[hidden]&state=x"
    )
