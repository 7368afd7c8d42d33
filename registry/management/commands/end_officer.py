"""Propose that an officer acts no more: another officer approves it in the portal.

For an authority of two, of whom one has died, left or sold themselves. Once that one is gone,
create_authority invites another.
"""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from precursors.errors import Refused
from registry import inputs, operations
from registry.actors import Actor
from registry.models import Membership
from registry.models.people import Role


class Command(BaseCommand):
    help = "Propose that an officer acts no more. Another officer approves it in the portal."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--email", required=True)
        parser.add_argument("--reason", required=True, help="it is kept permanently")

    def handle(self, *args: Any, **options: Any) -> None:
        rows = Membership.objects.select_related("jurisdiction").filter(
            jurisdiction__code=settings.DEFAULT_JURISDICTION, role=Role.OFFICER, ended_at=None
        )
        officer = rows.filter(user__email=options["email"].strip().lower()).first()
        if officer is None:
            raise CommandError(f"There is no officer {options['email']}.")
        try:
            operations.propose_end_of_officer(
                officer,
                reason=inputs.given_reason(options["reason"]),
                by=Actor.portal(officer.jurisdiction),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        self.stdout.write("Proposed. Another officer approves it in the portal, within a week.")
