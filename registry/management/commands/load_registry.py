"""Enter the jurisdictions the portal ships with; run again after an update."""

from typing import Any

from django.core.management.base import BaseCommand

from registry.models import Jurisdiction

SHIPPED = {
    "PE": {"name": "Perú", "is_test": False},
    "PE-TEST": {"name": "Perú (pruebas)", "is_test": True},
}
PERU = {"country": "PE", "time_zone": "America/Lima", "language": "es"}


class Command(BaseCommand):
    help = "Enter the jurisdictions the portal ships with. Changes nothing when run again."

    def handle(self, *args: Any, **options: Any) -> None:
        for code, fields in SHIPPED.items():
            Jurisdiction.objects.update_or_create(code=code, defaults=PERU | fields)
        if options["verbosity"]:
            self.stdout.write(f"{len(SHIPPED)} jurisdictions.")
