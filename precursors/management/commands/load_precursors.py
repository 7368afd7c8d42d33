"""Load the catalogue: substances, then the shared products."""

from typing import Any

from django.core.management.base import BaseCommand, CommandError

from precursors import operations
from precursors.errors import Refused
from precursors.operations import Counts


class Command(BaseCommand):
    help = (
        "Bring precursors and shared products up to date with the files shipped with the portal."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            self.report("Precursors", operations.load_precursors())
            self.report("Products", operations.load_products())
        except Refused as refused:
            raise CommandError(str(refused)) from refused

    def report(self, what: str, counts: Counts) -> None:
        self.stdout.write(
            f"{what}: {counts.added} added, {counts.changed} changed, "
            f"{counts.unchanged} unchanged."
        )
