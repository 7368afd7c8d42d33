"""End a key at once."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from precursors import signs
from registry import operations
from registry.actors import Actor
from registry.models import ApiKey


class Command(BaseCommand):
    help = "End an API key at once, named by its public part."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("prefix", help="the public part, such as pk_live_k3v9x2ab")

    def handle(self, *args: Any, **options: Any) -> None:
        prefix = signs.plain(options["prefix"])
        key = ApiKey.objects.select_related("jurisdiction").filter(prefix=prefix).first()
        if key is None:
            raise CommandError(f"There is no key {prefix}.")
        operations.revoke_api_key(key, by=Actor.portal(key.jurisdiction))
        self.stdout.write(f"Revoked: {key}")
