"""Structured logs: one line an event, with the request's id, without codes or keys."""

import re
import unicodedata
from typing import Any
from urllib.parse import unquote

import structlog

from authorizations.codes import is_code
from precursors import signs

# An authorization code, however it was typed; an API key keeps its public prefix. Errors of the
# database quote rows and statements, with all that is in them.
HIDDEN_CODE = "****-****-****"
CODE = r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b"
SECRETS = (
    # The middle of a UUID may look like a code.
    (re.compile(rf"(?<![0-9a-f]{{8}}-){CODE}|{CODE}(?!-[0-9a-f]{{12}}\b)"), HIDDEN_CODE),
    (re.compile(r"\b(pk_(?:live|test)_[0-9a-z]{8})_[\w-]+"), r"\1_****"),
    # Tokens of links, as they were sent; also where a Referer is told.
    (
        re.compile(r"(?i)((?:/|%2f)(?:invitation|reset(?:/|%2f)+key)(?:/|%2f)+)[^\s/?#\"'<>]+"),
        r"\1****",
    ),
    (re.compile(r"(/api/v1/authorizations/)[^/\n]+"), r"\1****"),
    (re.compile(r"(?s)\b(DETAIL|CONTEXT|QUERY):.*?(?=\n\n|\Z)"), r"\1: ****"),
    (re.compile(r"\b(LINE \d+):.*"), r"\1: ****"),
    (re.compile(r"(?i)(/codes?/|code=)[0-9a-z-]{12,14}"), r"\1****"),
)
OURS = frozenset({"level", "logger", "timestamp"})  # never contain input


# A code in any dress: twelve signs in one piece or parted by dashes, or three times four between
# spaces and the like. What is none by its check character is left legible, and so is a UUID.
DASH = f"[{signs.DASHES}{signs.HIDDEN}]"
BETWEEN = f"[{signs.DASHES}{signs.HIDDEN} ._+~\u00a0]{{0,3}}"
DRESSED = re.compile(
    r"(?i:\b[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}\b)"
    rf"|(?<![0-9A-Za-z])(?P<code>[0-9A-Za-z](?:{DASH}{{0,2}}[0-9A-Za-z]){{11}}"
    rf"|[0-9A-Za-z]{{4}}{BETWEEN}[0-9A-Za-z]{{4}}{BETWEEN}[0-9A-Za-z]{{4}})(?![0-9A-Za-z])"
)
LENGTH_MAX = 50_000
LONGEST_CODE = 200  # with all that may stand between its signs
READINGS_MAX = 3  # an address may be encoded again and again
# What moves the cursor, ends the line, or turns the direction of what follows.
CONTROLS = re.compile(f"[\0-\x1f\x7f-\x9f\u2028\u2029{signs.TURNING}{signs.HIDDEN}]")
LINES = frozenset({"exception", "stack"})  # are told in several lines, by ourselves


def mask(text: str) -> str:
    """Hide what must not be in a log: codes, keys, tokens of links, quotes of the database."""
    if len(text) > LENGTH_MAX:  # perhaps in the midst of a code: its beginning goes, too
        return mask(text[:LENGTH_MAX])[:-LONGEST_CODE] + "…"
    text = reading = _masked(text)
    for _each in range(READINGS_MAX):
        before, reading = reading, _read(reading)
        if reading == before:
            break
        if (hidden := _masked(reading)) != reading:
            text = reading = hidden
    return text


def _masked(text: str) -> str:
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return DRESSED.sub(_hidden, text)


def _hidden(found: re.Match[str]) -> str:
    code = found["code"]
    return HIDDEN_CODE if code and is_code(code) else found[0]


def _read(text: str) -> str:
    """As somebody reads it who decodes addresses, and letters of another width."""
    decoded = unquote(text) if "%" in text else text
    return decoded if decoded.isascii() else unicodedata.normalize("NFKC", decoded)


def mask_event(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {name: value if name in OURS else _told(name, value) for name, value in event.items()}


def _told(name: str, value: Any) -> Any:
    if isinstance(value, str):
        return _in_one_piece(mask(value), lines=name in LINES)
    if value is None or isinstance(value, bool | int | float):
        return value
    if isinstance(value, dict):
        return {_told("", key): _told("", inner) for key, inner in value.items()}
    if isinstance(value, list | tuple | set):
        return [_told("", inner) for inner in value]
    return _in_one_piece(mask(str(value)), lines=False)


def _in_one_piece(text: str, *, lines: bool) -> str:
    """Write control characters out, so that nobody adds a line to the log, or hides one."""
    kept = "\n\t" if lines else ""
    return CONTROLS.sub(
        lambda found: found[0] if found[0] in kept else _written(ord(found[0])), text
    )


def _written(number: int) -> str:
    return f"\\x{number:02x}" if number < 256 else f"\\u{number:04x}"


SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
    structlog.stdlib.PositionalArgumentsFormatter(),
    structlog.processors.format_exc_info,
    mask_event,
]
structlog.configure(
    processors=[*SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
    logger_factory=structlog.stdlib.LoggerFactory(),
    cache_logger_on_first_use=True,
)


def logging_for(log_format: str) -> dict[str, Any]:
    """Return Django's LOGGING for `console` or `json`."""
    renderer: Any = structlog.processors.JSONRenderer()
    if log_format == "console":
        renderer = structlog.dev.ConsoleRenderer(colors=False)
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "structured": {
                "()": structlog.stdlib.ProcessorFormatter,
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    renderer,
                ],
                "foreign_pre_chain": SHARED,
            }
        },
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "structured"}},
        "root": {"handlers": ["stderr"], "level": "INFO"},
        "loggers": {
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {"level": "CRITICAL"},
            "celery": {"level": "WARNING"},
        },
    }
