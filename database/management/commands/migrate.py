"""Django's migrate, as the owner of the tables; then the grants of what it made."""

from typing import Any

from django.core.management import call_command
from django.core.management.commands import migrate

from database.migrator import as_migrator


class Command(migrate.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_migrator():
            super().handle(*args, **options)
            if not (options["plan"] or options["check_unapplied"]):
                call_command("grant_privileges", verbosity=options["verbosity"])
