"""Try again what was set aside after it failed five times, once its cause is repaired."""

from typing import Any

from django.core.management.base import BaseCommand

from oversight import operations as oversight


class Command(BaseCommand):
    help = "Let the worker try again what it had set aside."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(f"{oversight.retry_parked()} to be tried again, within seconds.")
