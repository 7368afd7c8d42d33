"""Structured logs: one line an event, with the request's id, without codes or keys."""

import re
from typing import Any

import structlog

# An authorization code, however it was typed; an API key keeps its public prefix. Errors of the
# database quote rows and statements, with all that is in them.
CODE = r"\b[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}-[0-9A-HJKMNP-TV-Z]{4}\b"
SECRETS = (
    # The middle of a UUID may look like a code.
    (re.compile(rf"(?<![0-9a-f]{{8}}-){CODE}|{CODE}(?!-[0-9a-f]{{12}}\b)"), "****-****-****"),
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


def mask(text: str) -> str:
    """Hide what must not be in a log: codes, keys, tokens of links, quotes of the database."""
    for pattern, replacement in SECRETS:
        text = pattern.sub(replacement, text)
    return text


def mask_event(_logger: Any, _method: str, event: dict[str, Any]) -> dict[str, Any]:
    return {k: mask(v) if isinstance(v, str) and k not in OURS else v for k, v in event.items()}


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
