"""Count the violations of what must always be true."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from audit import invariants


class Command(BaseCommand):
    help = "Print each invariant with its count of violations; exits 1 if any is not zero."

    def handle(self, *args: Any, **options: Any) -> None:
        broken = False
        for name, count in invariants.violations():
            self.stdout.write(f"{count:8}  {name}")
            broken = broken or count > 0
        if broken:
            sys.exit(1)
