"""Invent a year of trade, in demo mode; with --fresh, once more from nothing."""

import sys
import time
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError
from django.db import connection, transaction

from database.migrator import as_migrator
from demo import world

LABELS = {
    "firms": "entering firms",
    "trade": "inventing trade",
    "loading": "loading",
    "judging": "evaluating",
    "flags": "raising flags",
    "reviews": "reviewing",
    "done": "done",
}
ONE_AT_A_TIME = 0x0DE30
PLAIN_EVERY_S = 2.0


class Command(BaseCommand):
    help = "Make the demo's firms and their year of trade. Does nothing when they are there."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--fresh", action="store_true", help="take the old world away first")
        parser.add_argument("--months", type=int, default=world.Size.months)
        parser.add_argument("--firms", type=int, default=world.Size.firms)
        parser.add_argument("--purchases", type=int, default=world.Size.purchases_a_month)

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.DEMO_MODE:
            raise CommandError("There is no demo outside demo mode: DEMO_MODE is off.")
        size = world.Size(options["months"], options["firms"], options["purchases"])
        # Only the owner can empty a table whose rows are kept, or copy into one that shows each
        # firm its own rows.
        with as_migrator(), transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ONE_AT_A_TIME])
            self._make(size, fresh=options["fresh"])

    def _make(self, size: world.Size, *, fresh: bool) -> None:
        if world.is_there() and not fresh:
            self.stdout.write("The demo is there already.")
            world.complete_officers()
            return
        if world.strangers():
            raise CommandError("There are firms here that are not the demo's: nothing was done.")
        if fresh:
            world.clear()
        world.make(size, tell=Progress(self.stderr).tell)


class Progress:
    """Percent and seconds: in place on a terminal, else a line now and then."""

    def __init__(self, stream: Any) -> None:
        self.stream = stream
        self.began = self.shown = time.monotonic()

    def tell(self, what: str, share: float) -> None:
        moment = time.monotonic()
        line = f"{share:4.0%}  {moment - self.began:4.0f} s  {LABELS[what]}"
        if sys.stderr.isatty():
            self.stream.write(f"\r\x1b[2K  {line}", ending="\n" if share >= 1 else "")
        elif share >= 1 or moment - self.shown >= PLAIN_EVERY_S:
            self.shown = moment
            self.stream.write(f"  {line}")
