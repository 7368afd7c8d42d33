"""Verbs of products: add a jurisdiction's own, and give it a new version, by two people."""

from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from precursors import operations as catalogue
from precursors.errors import Refused
from precursors.models import Precursor, Product
from registry import clock, events
from registry.actors import Actor, require_authority
from registry.models import ProductProposal
from registry.second_officer import require_second

PROPOSAL_VALID = timedelta(days=30)
CONTENT = ("concentration_percent", "density_kg_per_l", "counts_whole", "oleum")


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
) -> Product:
    """Add a product to the jurisdiction's own, which counts at once.

    Raises Refused: not_the_authority, product_exists, invalid_product.
    """
    require_authority(by)
    product = catalogue.add_product(
        jurisdiction_code=by.jurisdiction.code,
        code=code,
        precursor=precursor,
        name=name,
        concentration_percent=concentration_percent,
        density_kg_per_l=density_kg_per_l,
        counts_whole=counts_whole,
        oleum=oleum,
    )
    product.refresh_from_db(fields=["created_at"])
    content = {each: str(getattr(product, each)) for each in CONTENT}
    data = {"code": code, "name": name, **content}
    events.record("product.added", product, at=clock.now(), data=data, by=by)
    return product


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
) -> ProductProposal:
    """Propose other content for one of the jurisdiction's own products; a second officer agrees.

    It counts from `effective_from`, or from when it is approved; codes and sales made before keep
    the version that they were made with. Raises Refused: not_the_authority, product_shared,
    version_pending, effective_in_the_past, product_unchanged, invalid_product.
    """
    require_authority(by)
    now = clock.now()
    last = _locked_last(product, by)
    if effective_from and effective_from < now:
        sentence = _("A new version cannot begin in the past.")
        raise Refused("effective_in_the_past", sentence, field="effective_from")
    _require_none_open(last, now)
    proposal = _new(last, now, by)
    proposal.name, proposal.effective_from = name.strip(), effective_from
    proposal.concentration_percent = concentration_percent
    proposal.density_kg_per_l = density_kg_per_l
    proposal.counts_whole, proposal.oleum = counts_whole, oleum
    catalogue.next_version(last, **_content(proposal))
    proposal.save(force_insert=True)
    _record("proposed", proposal, now, by)
    return proposal


def _new(last: Product, now: datetime, by: Actor) -> ProductProposal:
    return ProductProposal(
        jurisdiction=by.jurisdiction,
        product=last,
        proposed_at=now,
        proposed_by=by.user,
        proposed_key=by.api_key,
        expires_at=now + PROPOSAL_VALID,
    )


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


def _require_none_open(last: Product, now: datetime) -> None:
    waiting = ProductProposal.objects.filter(product=last, approved_at=None, refused_at=None)
    waiting.filter(expires_at__lte=now).update(refused_at=now)
    if waiting.exists():
        sentence = _("A new version of this product already waits for a second officer.")
        raise Refused("version_pending", sentence)


@transaction.atomic
def approve_product_version(proposal: ProductProposal, *, by: Actor) -> ProductProposal:
    """Agree, as the second officer, to a new version: it counts from its time, or at once.

    Raises Refused: not_the_authority, second_must_be_a_person, second_must_differ,
    proposal_decided, proposal_over, product_unchanged.
    """
    require_authority(by)
    last = _locked_last(proposal.product, by)
    proposal = _read(proposal)
    if proposal.approved_at:
        return proposal
    now = clock.now()
    _require_open(proposal, now)
    proposal.approved_by = require_second(by, sponsor=proposal.proposed_by_id)
    proposal.approved_at = now
    proposal.save(update_fields=["approved_at", "approved_by"])
    begins = max(last.created_at, proposal.effective_from or now)
    catalogue.add_version(last, since=begins if begins > now else None, **_content(proposal))
    _record("approved", proposal, now, by)
    return proposal


@transaction.atomic
def refuse_product_version(proposal: ProductProposal, *, by: Actor) -> ProductProposal:
    """Decline or withdraw a proposed version.

    Raises Refused: not_the_authority, proposal_decided.
    """
    require_authority(by)
    _locked_last(proposal.product, by)
    proposal = _read(proposal)
    if proposal.refused_at:
        return proposal
    if proposal.approved_at:
        raise _decided()
    proposal.refused_at = clock.now()
    proposal.save(update_fields=["refused_at"])
    _record("refused", proposal, proposal.refused_at, by)
    return proposal


def _read(proposal: ProductProposal) -> ProductProposal:
    return ProductProposal.objects.select_related("product").get(pk=proposal.pk)


def _require_open(proposal: ProductProposal, now: datetime) -> None:
    if proposal.refused_at:
        raise _decided()
    if proposal.expires_at <= now:
        raise Refused("proposal_over", _("This proposal has expired. Propose it again."))


def _decided() -> Refused:
    return Refused("proposal_decided", _("This proposal has already been decided."))


def _content(proposal: ProductProposal) -> dict[str, object]:
    return {"name_en": proposal.name} | {each: getattr(proposal, each) for each in CONTENT}


def _record(event: str, proposal: ProductProposal, at: datetime, by: Actor) -> None:
    begins = proposal.effective_from
    data = {
        "product": proposal.product.code,
        "effective_from": begins and begins.isoformat(),
        **{name: str(value) for name, value in _content(proposal).items()},
    }
    events.record(f"product_version.{event}", proposal, at=at, data=data, by=by)
