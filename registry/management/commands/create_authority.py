"""Invite the first officer, and print a link that works once.

Inviting an officer takes two officers: run it again for the second. These two invite the others.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from precursors.errors import Refused
from registry import operations
from registry.actors import Actor
from registry.models import Jurisdiction


class Command(BaseCommand):
    help = "Invite an officer of the authority, and print the one-time sign-in link."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)

    def handle(self, *args: Any, **options: Any) -> None:
        code = settings.DEFAULT_JURISDICTION
        jurisdiction = Jurisdiction.objects.filter(code=code).first()
        if jurisdiction is None:
            raise CommandError(f"There is no jurisdiction {code}: run load_registry first.")
        by = Actor.portal(jurisdiction)
        try:
            link = operations.invite_first_officer(email=options["email"], by=by)
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Open this link within seven days to choose a password. It works once:")
        self.stdout.write(link)
