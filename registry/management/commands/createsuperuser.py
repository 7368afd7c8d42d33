"""Django's createsuperuser, as the owner of the tables: nobody else makes an operator."""

from typing import Any

from django.contrib.auth.management.commands import createsuperuser

from database.migrator import as_migrator


class Command(createsuperuser.Command):
    def handle(self, *args: Any, **options: Any) -> None:
        with as_migrator():
            super().handle(*args, **options)
