"""Seal the secrets of second factors with the newest of FACTOR_KEYS."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from registry import operations
from registry.sealing import UnknownKey


class Command(BaseCommand):
    help = "Seal the secrets of second factors with the newest of FACTOR_KEYS."

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            changed = operations.seal_factors()
        except UnknownKey as missing:
            raise CommandError(f"{missing} Nothing was changed.") from missing
        self.stdout.write(f"{changed} sealed anew.")
