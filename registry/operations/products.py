"""Verbs of products: add a jurisdiction's own, and give it a new version. Both take two people."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from precursors import operations as catalogue
from precursors.errors import Refused
from precursors.models import Precursor, Product
from registry import clock, events
from registry.actors import Actor, require_authority
from registry.models import Proposal
from registry.proposals import Change, Draft, act, enter

ADD, VERSION = "product.add", "product.version"
FIGURES = ("concentration_percent", "density_kg_per_l")
CHOICES = ("counts_whole", "oleum")
CONTENT = (*FIGURES, *CHOICES)
WHOLE_PERCENT = 100


@transaction.atomic
def add_product(
    *,
    code: str,
    precursor: Precursor,
    name: str,
    concentration_percent: Decimal,
    density_kg_per_l: Decimal | None = None,
    counts_whole: bool = False,
    oleum: bool = False,
    by: Actor,
) -> Product | Proposal:
    """Add a product to the jurisdiction's own.

    A code for it debits what its content says: one that counts less than the whole weight takes
    two people, any other counts at once. Raises Refused: not_the_authority, product_exists,
    invalid_product, proposal_pending.
    """
    require_authority(by)
    catalogue.lock_products()
    product = catalogue.new_product(
        jurisdiction_code=by.jurisdiction.code,
        code=code,
        precursor=precursor,
        name=name,
        concentration_percent=concentration_percent,
        density_kg_per_l=density_kg_per_l,
        counts_whole=counts_whole,
        oleum=oleum,
    )
    if counts_in_full(product):
        product.save(force_insert=True)
        return _recorded(product, by)
    draft = Draft(act=ADD, subject=precursor, about=code, terms=_told(product), before={})
    entered: Product | Proposal = enter(draft, by=by)
    return entered


def counts_in_full(product: Product) -> bool:
    """Whether no less counts of it than its weight, by volume too."""
    whole = product.counts_whole or product.concentration_percent >= WHOLE_PERCENT
    density, of_substance = product.density_kg_per_l, product.precursor.density_kg_per_l
    return whole and (density is None or (of_substance is not None and density >= of_substance))


def _recorded(product: Product, by: Actor) -> Product:
    product.refresh_from_db(fields=["created_at"])
    content = {each: str(getattr(product, each)) for each in CONTENT}
    data = {"code": product.code, "name": product.name_en, **content}
    events.record("product.added", product, at=clock.now(), data=data, by=by)
    return product


def _told(product: Product) -> dict[str, Any]:
    return {
        "product": product.code,
        "precursor": product.precursor.code,
        "name": product.name_en,
        **{name: _figure(getattr(product, name)) for name in FIGURES},
        **{name: getattr(product, name) for name in CHOICES},
    }


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _values(terms: dict[str, Any]) -> dict[str, Any]:
    """What terms say of a product's content."""
    figures = {name: terms[name] and Decimal(terms[name]) for name in FIGURES}
    return {**figures, **{name: terms[name] for name in CHOICES}}


def _changes(proposal: Proposal) -> Iterator[Change]:
    old, new = proposal.before, proposal.terms
    for name, label in (
        ("name", _("Name")),
        ("concentration_percent", _("Concentration, % by mass")),
        ("density_kg_per_l", _("Density at 20 °C, kg/L")),
        ("counts_whole", _("The whole mass counts")),
        ("oleum", _("Oleum")),
    ):
        yield Change(label, _shown(old, name) if old else "", _shown(new, name))
    if proposal.act == VERSION:
        begins = new["effective_from"]
        at = begins and localtime(datetime.fromisoformat(begins))
        when = date_format(at, "DATETIME_FORMAT") if at else text("as soon as it is agreed")
        yield Change(_("It counts from"), "", when)


def _shown(terms: dict[str, Any], name: str) -> str:
    value = terms[name]
    if name in CHOICES:
        return text("Yes") if value else text("No")
    return "" if value is None else str(value)


def _heading(proposal: Proposal) -> str:
    precursor = Precursor.objects.filter(code=proposal.terms["precursor"]).first()
    return f"{proposal.terms['name']} ({precursor})"


def _lock_precursor(proposal: Proposal) -> Precursor:
    catalogue.lock_products()
    return Precursor.objects.get(pk=proposal.subject_id)


@act(ADD, _("Add a product"), lock=_lock_precursor, changes=_changes, heading=_heading)
def _add_proposed(proposal: Proposal, precursor: Precursor, *, at: datetime, by: Actor) -> Product:
    """Raises Refused: product_exists."""
    terms = proposal.terms
    product = catalogue.add_product(
        jurisdiction_code=proposal.jurisdiction.code,
        code=terms["product"],
        precursor=precursor,
        name=terms["name"],
        **_values(terms),
    )
    return _recorded(product, by)


@transaction.atomic
def propose_product_version(
    product: Product,
    *,
    name: str,
    concentration_percent: Decimal,
    density_kg_per_l: Decimal | None = None,
    counts_whole: bool = False,
    oleum: bool = False,
    effective_from: datetime | None = None,
    by: Actor,
) -> Product | Proposal:
    """Propose other content for one of the jurisdiction's own products; a second officer agrees.

    It counts from `effective_from`, or from when it is approved; codes and sales made before keep
    the version that they were made with. Raises Refused: not_the_authority, product_shared,
    proposal_pending, effective_in_the_past, product_unchanged, invalid_product.
    """
    require_authority(by)
    last = _locked_last(product, by)
    if effective_from and effective_from < clock.now():
        sentence = _("A new version cannot begin in the past.")
        raise Refused("effective_in_the_past", sentence, field="effective_from")
    following = catalogue.next_version(
        last,
        name_en=name.strip(),
        concentration_percent=concentration_percent,
        density_kg_per_l=density_kg_per_l,
        counts_whole=counts_whole,
        oleum=oleum,
    )
    begins = effective_from and effective_from.isoformat()
    terms = {**_told(following), "effective_from": begins}
    draft = Draft(act=VERSION, subject=last, terms=terms, before=_told(last))
    entered: Product | Proposal = enter(draft, by=by)
    return entered


def _locked_last(product: Product, by: Actor) -> Product:
    """The last version of a jurisdiction's own product; they change one after the other."""
    catalogue.lock_products()
    if product.jurisdiction_code != by.jurisdiction.code:
        sentence = _(
            "This product is shipped with the portal and the same for all. Add one of your own,"
            " with another code."
        )
        raise Refused("product_shared", sentence)
    return Product.objects.select_related("precursor").get(
        jurisdiction_code=product.jurisdiction_code, code=product.code, superseded_at=None
    )


def _lock_product(proposal: Proposal) -> Product:
    catalogue.lock_products()
    return Product.objects.select_related("precursor").get(pk=proposal.subject_id)


@act(VERSION, _("Change a product"), lock=_lock_product, changes=_changes, heading=_heading)
def _add_version(proposal: Proposal, last: Product, *, at: datetime, by: Actor) -> Product:
    """Raises Refused: proposal_outdated, product_unchanged."""
    if last.superseded_at:
        sentence = _("It was changed meanwhile. Refuse this, and have it proposed anew.")
        raise Refused("proposal_outdated", sentence)
    terms = proposal.terms
    told = terms["effective_from"]
    begins = max(last.created_at, datetime.fromisoformat(told) if told else at)
    following = catalogue.add_version(
        last, since=begins if begins > at else None, name_en=terms["name"], **_values(terms)
    )
    events.record("product.changed", following, at=at, data=terms, by=by)
    return following
