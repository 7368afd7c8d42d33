"""Grant the application and the reader their rights, and no others; may be run again."""

from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from database import privileges
from database.migrator import as_migrator


class Command(BaseCommand):
    help = "Grant the database rights of DATABASE_URL's role and of READER_ROLE, and no others."

    def handle(self, *args: Any, **options: Any) -> None:
        if settings.MIGRATION_DATABASE is None:
            self._say(options, "MIGRATION_DATABASE_URL is not set: one role owns and does all.")
            return
        with as_migrator():
            missing = privileges.missing_roles()
            if missing:
                raise CommandError(f"The database has no role named {' or '.join(missing)}.")
            unknown = privileges.grant()
        if unknown:
            self.stderr.write(f"Tables not in RIGHTS, granted to nobody: {', '.join(unknown)}.")
        self._say(options, "Granted.")

    def _say(self, options: dict[str, Any], text: str) -> None:
        if options["verbosity"]:
            self.stdout.write(text)
