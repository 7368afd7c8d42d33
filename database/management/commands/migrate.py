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
        only_looks = options["plan"] or options["check_unapplied"]
        with as_migrator():
            if generations.is_earlier():
                self._set_aside(only_looks=only_looks)
            super().handle(*args, **options)
            if not only_looks:
                call_command("grant_privileges", verbosity=options["verbosity"])

    def _set_aside(self, *, only_looks: bool) -> None:
        """Set an earlier demo aside. Raises CommandError where nothing may be changed."""
        if only_looks or not settings.DEMO_MODE:
            raise CommandError(EARLIER)
        name = generations.set_aside(at=datetime.now(UTC))
        self.stderr.write(f"The demo of an earlier version is kept as the database {name}.")
