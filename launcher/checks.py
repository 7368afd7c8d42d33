"""`run.py check`: everything that can be found wrong without running the tests."""

import os
import secrets
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

from launcher.errors import CannotStart
from launcher.portal import COLLECT, python
from launcher.process import Program, run
from launcher.progress import Report
from launcher.vulnerabilities import SKIPPED

SHOWN_LINES = 200
SCRIPTS = Path(sys.executable).parent
# As in production, except for the stores: no check needs them, so the addresses lead nowhere.
PRODUCTION = {
    "DATABASE_URL": "postgres://nobody:nothing@127.0.0.1:1/nowhere",
    "MIGRATION_DATABASE_URL": "",
    "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
    "SECRET_KEY": secrets.token_urlsafe(48),
    "FACTOR_KEYS": secrets.token_urlsafe(48),
    "DEMO_MODE": "off",
    "PUBLIC_URL": "https://portal.example.org",
    "ALLOWED_HOSTS": "portal.example.org",
    "TRUSTED_PROXIES": "127.0.0.1",
    "EMAIL_URL": "smtp://127.0.0.1:1",
    "STATIC_ROOT": str(Path(tempfile.gettempdir(), f"portal-static-{os.getuid()}")),
    "LOG_FORMAT": "json",
    "DJANGO_SETTINGS_MODULE": "config.settings",
}


@dataclass(frozen=True)
class Check:
    name: str
    argv: tuple[str, ...]


CHECKS = (
    Check("format", python("-m", "ruff", "format", "--check", "--quiet", ".")),
    Check("lint", python("-m", "ruff", "check", "--quiet", "--output-format", "concise", ".")),
    Check("types", python("-m", "mypy", "--no-error-summary")),
    Check("imports", (str(SCRIPTS / "lint-imports"), "--no-cache")),
    Check("migrations", python("manage.py", "makemigrations", "--check", "--dry-run")),
    Check("translations", python("-m", "launcher.translations")),
    Check("static files", python("manage.py", *COLLECT.command)),
    Check(
        "deployment",
        python("manage.py", "check", "--deploy", "--fail-level", "WARNING"),
    ),
    Check("schema", python("-m", "launcher.schema")),
    Check("known holes", python("-m", "launcher.vulnerabilities")),
)


def check(arguments: list[str]) -> int:
    """Run all checks, also after one has failed; return 1 if any has."""
    report = Report(sys.stdout)
    failed = [check.name for check in CHECKS if not _passes(check, report)]
    report.say(f"Failed: {', '.join(failed)}." if failed else "All checks passed.")
    return 1 if failed else 0


def _passes(check: Check, report: Report) -> bool:
    try:
        program = Program(check.name, check.argv)
        said = run(report, program, {**os.environ, **PRODUCTION}, tail_lines=SHOWN_LINES)
    except CannotStart as reason:
        report.say(f"{reason}\n")
        return False
    if said.startswith(SKIPPED):
        report.say(f"  {said}")
    return True
