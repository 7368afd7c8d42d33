"""Make a key for a partner program. The key is the last line printed, and is shown only once."""

from argparse import ArgumentParser
from decimal import Decimal, InvalidOperation
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from precursors.errors import Refused
from registry import operations
from registry.models import Jurisdiction, Organization
from registry.tax_numbers import normal_tax_id


class Command(BaseCommand):
    help = "Make an API key for a firm, or for the authority. It is printed once, last."

    def add_arguments(self, parser: ArgumentParser) -> None:
        owner = parser.add_mutually_exclusive_group(required=True)
        owner.add_argument("--organization", metavar="TAX_ID", help="the firm's tax number")
        owner.add_argument("--authority", action="store_true", help="a key of the authority")
        parser.add_argument("--scopes", required=True, help="separated by commas: buy,sell")
        parser.add_argument("--name", required=True, help="what the key is for")
        parser.add_argument("--test", action="store_true", help="in the sandbox")
        parser.add_argument(
            "--expires", type=int, metavar="DAYS", help="how long it lives (API_KEY_DAYS)"
        )
        parser.add_argument(
            "--addresses",
            default="",
            help="from where alone it may be used, separated by commas: 192.0.2.7,10.0.0.0/8",
        )
        parser.add_argument(
            "--requests-a-minute",
            type=int,
            metavar="N",
            help="how many it may send (API_REQUESTS_A_MINUTE)",
        )

        parser.add_argument(
            "--sponsor",
            default="",
            metavar="EMAIL",
            help="the officer for whom a key of the authority counts; else it is the operator's",
        )
        parser.add_argument(
            "--largest-limit-kg",
            type=_mass,
            metavar="KG",
            help="beyond it registry:grant proposes",
        )
        parser.add_argument(
            "--acts-a-day", type=int, metavar="N", help="beyond them registry:grant proposes"
        )

    def handle(self, *args: Any, **options: Any) -> None:
        jurisdiction = _jurisdiction(is_test=options["test"])
        bounds = ("sponsor", "largest_limit_kg", "acts_a_day")
        if options["organization"] and any(options[name] for name in bounds):
            raise CommandError(
                "A firm's key has no sponsor and no bounds: they are the authority's."
            )
        try:
            key, secret = operations.issue_api_key(
                jurisdiction=jurisdiction,
                organization=_owner(options["organization"], jurisdiction),
                name=options["name"],
                scopes=_separated(options["scopes"]),
                terms=_terms(options),
            )
        except Refused as refusal:
            raise CommandError(str(refusal)) from refusal
        if idle := [scope for scope in key.scopes if scope not in key.opens]:
            self.stderr.write(f"Opens nothing to this owner: {', '.join(idle)}")
        self.stdout.write(f"{key.organization or jurisdiction}: {', '.join(key.scopes)}")
        self.stdout.write(f"Expires: {key.expires_at:%Y-%m-%d}")
        self.stdout.write(secret)


def _mass(text: str) -> Decimal:
    try:
        mass = Decimal(text)
    except InvalidOperation as error:
        raise ValueError(text) from error
    if not mass.is_finite():
        raise ValueError(text)
    return mass


def _separated(text: str) -> list[str]:
    return [part.strip() for part in text.split(",") if part.strip()]


def _terms(options: dict[str, Any]) -> operations.KeyTerms:
    return operations.KeyTerms(
        days=options["expires"],
        addresses=_separated(options["addresses"]),
        requests_a_minute=options["requests_a_minute"],
        sponsor=options["sponsor"],
        largest_limit_kg=options["largest_limit_kg"],
        acts_a_day=options["acts_a_day"],
    )


def _jurisdiction(*, is_test: bool) -> Jurisdiction:
    code = settings.DEFAULT_JURISDICTION + ("-TEST" if is_test else "")
    found = Jurisdiction.objects.filter(code=code).first()
    if found is None:
        raise CommandError(f"There is no jurisdiction {code}: run load_registry first.")
    return found


def _owner(tax_id: str | None, jurisdiction: Jurisdiction) -> Organization | None:
    if tax_id is None:
        return None
    _country, number = normal_tax_id(tax_id, home=jurisdiction.country)
    found = Organization.objects.filter(jurisdiction=jurisdiction, tax_id=number).first()
    if found is None:
        raise CommandError(
            f"There is no firm with the tax number {number} in {jurisdiction}: an officer, or a"
            " key of the authority there, enters it first."
        )
    return found
