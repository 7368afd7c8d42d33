"""Remove the factors of somebody who lost them, where no two officers are left to agree.

Run it once: the person is written to, and may object. Run it again when the waiting time is over.
"""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from precursors.errors import Refused
from registry import operations
from registry.models import Recovery, User


class Command(BaseCommand):
    help = "Remove the factors of somebody who lost them: run it twice, the waiting time apart."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--reason", default="asked for at the console")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.filter(email=options["email"].strip().lower()).first()
        if user is None:
            raise CommandError("Nobody has this address.")
        if operations.finish_recoveries(at_console=user):
            self.stdout.write("Done. They sign in with the password, and set up a new factor.")
            return
        waiting = Recovery.objects.filter(user=user, stopped_at=None, done_at=None).first()
        try:
            waiting = waiting or operations.recover_at_console(user, reason=options["reason"])
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write(f"{user.email} is written to, and may object.")
        self.stdout.write(f"Run this again after {waiting.due_at:%Y-%m-%d %H:%M} UTC to finish.")
