"""Propose that codes are issued again after a halt: an officer approves it in the portal."""

from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from audit.resumption import errors_named, propose_resuming, waiting_to_resume
from precursors.errors import Refused
from registry.actors import Actor
from registry.models import Jurisdiction, Proposal
from registry.second_officer import possible_seconds


class Command(BaseCommand):
    help = "Propose that codes are issued again after a halt. An officer approves it."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--reason", required=True, help="what was found and done about it")

    def handle(self, *args: Any, **options: Any) -> None:
        authority = Jurisdiction.objects.get(code=settings.DEFAULT_JURISDICTION)
        waiting = waiting_to_resume(authority)
        self._tell(waiting or self._propose(options["reason"], authority))

    def _propose(self, reason: str, authority: Jurisdiction) -> Proposal | None:
        try:
            return propose_resuming(reason=reason, by=Actor.portal(authority))
        except Refused as refusal:
            if refusal.code == "issuing_not_halted":
                return None
            raise CommandError(str(refusal)) from refusal

    def _tell(self, proposal: Proposal | None) -> None:
        if proposal is None:
            self.stdout.write("Nothing was halted.")
            return
        self.stdout.write("No codes are issued until an officer approves this under Approvals,")
        self.stdout.write(f"by {proposal.expires_at:%Y-%m-%d %H:%M} UTC. It accepts:")
        for invariant, subjects in errors_named(proposal).items():
            self.stdout.write(f"  {invariant}: {', '.join(subjects)}")
        officers = ", ".join(user.email for user in possible_seconds(proposal).order_by("pk"))
        self.stdout.write(f"It waits for: {officers or 'nobody yet, as there is no officer'}.")
