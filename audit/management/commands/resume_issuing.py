"""Issue codes again after a check of the books has halted it."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from audit import halt
from precursors.errors import Refused


class Command(BaseCommand):
    help = "Issue codes again after a broken invariant has halted it; the reason is recorded."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="what was found and done about it")

    def handle(self, *args: Any, **options: Any) -> None:
        try:
            resumed = halt.resume_issuing(reason=options["reason"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Codes are issued again." if resumed else "Nothing was halted.")
