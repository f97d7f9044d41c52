"""Writes the log: one JSON object a line for machines, or text for people; never a secret."""

import logging
import re
import sys
from collections.abc import MutableMapping
from typing import Any, Final, TextIO

import msgspec
import structlog

HIDDEN: Final = "[hidden]"
TOLD_BY_NAME: Final = re.compile(
    r"(?i)(password|passwd|secret|token|authorization|cookie|(routing|api|integration|service)_?key"
    r"|^key$|signature)"
)
IN_ADDRESS: Final = re.compile(r"(?<=://)([^\s/@:]*):[^\s/@]+@")
IN_HEADER: Final = re.compile(r"(?i)\b(token token=|bearer |basic )[^\s,\"']+")
OURS: Final = re.compile(r"\b(tocsin_(?:at|rt|ac|cs)_)[\w-]+")  # what apps hold

WITH_HANDLERS_OF_THEIR_OWN: Final = ("uvicorn", "uvicorn.error", "uvicorn.access")
QUIET: Final = (
    "alembic",
    "asyncio",
    "authlib",
    "httpcore",
    "httpx",
    "mail.log",
)  # of these, warnings alone

Line = MutableMapping[str, Any]


def set_up_logs(*, level: str, form: str, stream: TextIO | None = None) -> None:
    """Send our own log and that of the libraries to ``stream``, or to standard error."""
    stream = stream or sys.stderr
    shared: list[Any] = [
        structlog.stdlib.add_logger_name,
        structlog.stdlib.add_log_level,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.processors.format_exc_info,
        hide_secrets,
    ]
    formatter = structlog.stdlib.ProcessorFormatter(
        foreign_pre_chain=shared,
        processors=[
            structlog.stdlib.ProcessorFormatter.remove_processors_meta,
            _to_json if form == "json" else _to_text(colors=stream.isatty()),
        ],
    )
    structlog.configure(
        processors=[*shared, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.make_filtering_bound_logger(level),
    )
    _take_over(stream, formatter, level)


def hide_secrets(_logger: object, _method: str, line: Line) -> Line:
    """Replace what must not be read in a log, by its name or by its looks."""
    return {name: _hidden(name, value) for name, value in line.items()}


def _take_over(stream: TextIO, formatter: logging.Formatter, level: str) -> None:
    handler = logging.StreamHandler(stream)
    handler.setFormatter(formatter)
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level.upper())
    for name in WITH_HANDLERS_OF_THEIR_OWN:
        logger = logging.getLogger(name)
        logger.handlers, logger.propagate = [], True
        logger.setLevel(logging.NOTSET)
    for name in QUIET:
        logging.getLogger(name).setLevel(max(root.level, logging.WARNING))


def _hidden(name: str, value: object) -> object:
    if TOLD_BY_NAME.search(name) and isinstance(value, str | bytes):
        return HIDDEN
    match value:
        case str():
            value = IN_HEADER.sub(rf"\1{HIDDEN}", IN_ADDRESS.sub(rf"\1:{HIDDEN}@", value))
            return OURS.sub(rf"\1{HIDDEN}", value)
        case dict():
            return {key: _hidden(str(key), inner) for key, inner in value.items()}
        case list() | tuple():
            return [_hidden(name, inner) for inner in value]
    return value


def _to_json(_logger: object, _method: str, line: Line) -> str:
    return msgspec.json.encode(line, enc_hook=str).decode()


def _to_text(*, colors: bool) -> structlog.dev.ConsoleRenderer:
    return structlog.dev.ConsoleRenderer(
        colors=colors, exception_formatter=structlog.dev.plain_traceback
    )
