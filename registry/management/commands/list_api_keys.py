"""List the keys of programs: whose, what they open, when they end and were last used."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from registry import clock
from registry.models import ApiKey


class Command(BaseCommand):
    help = "List the API keys that can be used; with --all also those that have ended."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--all", action="store_true", help="also those that have ended")

    def handle(self, *args: Any, **options: Any) -> None:
        at = clock.now()
        keys = ApiKey.objects.select_related("organization", "jurisdiction").order_by("pk")
        for key in keys:
            if options["all"] or not key.has_ended(at):
                self.stdout.write("  ".join(_told(key)))


def _told(key: ApiKey) -> list[str]:
    owner = key.organization.tax_id if key.organization else "authority"
    ends = f"expires {key.expires_at:%Y-%m-%d}" if key.expires_at else "expires never"
    if key.revoked_at:
        ends = f"revoked {key.revoked_at:%Y-%m-%d}"
    used = "never used"
    if key.last_used_at:
        used = f"used {key.last_used_at:%Y-%m-%d %H:%M} from {key.last_used_from or 'a socket'}"
    scopes = ",".join(key.scopes)
    return [key.prefix, f"{key.jurisdiction.code} {owner}", scopes, ends, used, key.name]
