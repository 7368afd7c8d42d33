"""The verb of firms: add."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from precursors.search import search_text
from registry import clock, events, inputs
from registry.actors import Actor
from registry.constraints import refuse_on
from registry.models import Organization
from registry.tax_numbers import read_tax_id


@transaction.atomic
def add_organization(*, tax_id: str, name: str, country: str = "", by: Actor) -> Organization:
    """Enter a firm, known by its tax number; its `note` says what could not be checked of it.

    Raises Refused: tax_id_invalid, country_unknown, organization_exists, blank, too_long.
    """
    home = by.jurisdiction.country
    name = inputs.text(name, field="name", at_most=200)
    number = read_tax_id(tax_id, country=country, home=home)
    now = clock.now()
    with refuse_on({"tax_id_is_unique_in_a_jurisdiction": _exists(number.stored)}):
        organization = Organization.objects.create(
            jurisdiction=by.jurisdiction,
            country=number.country,
            tax_id=number.stored,
            name=name,
            search_text=search_text([name, number.stored]),
            created_at=now,
        )
    organization.note = number.note
    unchecked = {"unchecked": True} if number.note else {}
    events.record(
        "organization.added",
        organization,
        at=now,
        organizations=[organization.pk],
        data={"tax_id": number.stored, "name": name, **unchecked},
        by=by,
    )
    return organization


def _exists(tax_id: str) -> Refused:
    sentence = _("A firm with the tax number %(tax_id)s is already in the register.")
    return Refused("organization_exists", sentence % {"tax_id": tax_id}, tax_id=tax_id)
