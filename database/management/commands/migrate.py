"""Django's migrate, as the owner of the tables; then the grants of what it made."""

from datetime import UTC, datetime
from typing import Any

from django.conf import settings
from django.core.management import CommandError, call_command
from django.core.management.commands import migrate

from database import generations
from database.migrator import as_migrator

EARLIER = (
    "This database was made by an earlier version of the portal, whose migrations have been begun "
    "anew since. That version was never released: name an empty database with DATABASE_URL."
)


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_migrator():
            self._set_earlier_aside()
            super().handle(*args, **options)
            if not (options["plan"] or options["check_unapplied"]):
                call_command("grant_privileges", verbosity=options["verbosity"])

    def _set_earlier_aside(self) -> None:
        """Set an earlier version's demo aside. Raises CommandError outside demo mode."""
        if not generations.is_earlier():
            return
        if not settings.DEMO_MODE:
            raise CommandError(EARLIER)
        name = generations.set_aside(at=datetime.now(UTC))
        self.stderr.write(f"The demo of an earlier version is kept as the database {name}.")
