"""A sale report is a fact: recorded as reported, then evaluated; refused if it cannot be."""

from datetime import datetime
from decimal import Decimal

from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from authorizations.acts import counts, receipts_due
from authorizations.acts.act import joins_transaction, require_seller
from authorizations.acts.locks import lock_settled
from authorizations.acts.looks import code_unknown, note_first_look
from authorizations.acts.reports import SaleReport, lock_reported, record_report, sale_from
from authorizations.models import Agreement, Authorization, Sale
from precursors.errors import Refused
from registry.actors import Actor
from registry.inputs import given_reason, optional_reason
from registry.sides import require_impartial
from rules.count import SaleStep, Word


@joins_transaction
def record_sale(authorization: Authorization, report: SaleReport, *, by: Actor) -> Sale:
    """Record a sale against a code as it is reported, however late, large or strange.

    Raises Refused: not_the_seller, sold_ahead_of_time, sold_too_long_ago, weights_incomplete,
    gross_below_tare, net_is_zero, density_unknown, unknown_site, too_long, not_text; for one
    that is named by its code alone, and where there is none, code_unknown.
    """
    authorization, place, at = lock_reported(authorization, report, by)
    if authorization.code is None:  # a sale without a code stands alone
        raise code_unknown()
    reason = optional_reason(report.reason)
    sale = sale_from(authorization, report, place, at=at, reason=reason, by=by)
    look = note_first_look(authorization, at=at, by=by)
    record_report(authorization, sale, sale.net_kg, kind="sale", at=at, before=look, by=by)
    return sale


@transaction.atomic
def correct_sale(sale: Sale, report: SaleReport, *, reason: str, by: Actor) -> Sale:
    """Replace a report by a new one. A lower figure counts once somebody else agrees to it.

    Raises Refused: sale_replaced (with the id `in_force`), no_reason, and what `record_sale`
    raises.
    """
    authorization, place, at = lock_reported(sale.authorization, report, by)
    reason, root = given_reason(reason), _require_in_force(sale)
    new = sale_from(authorization, report, place, at=at, replaces=sale, reason=reason, by=by)
    if sale.is_void:
        receipts_due.note_awaited(authorization, root, awaits=True)
    rise = counts.rise_kg(root, SaleStep(Word.REPORTED, new.net_kg))
    record_report(authorization, new, rise, kind="correction", at=at, by=by)
    return new


@transaction.atomic
def void_sale(sale: Sale, *, reason: str, by: Actor) -> Sale:
    """Replace a report by nothing. It counts until the buyer or an officer agrees.

    Raises Refused: not_the_seller, sale_replaced, sale_void, no_reason.
    """
    require_seller(sale.authorization, by)
    authorization, at = lock_settled(sale.authorization)
    reason, root = given_reason(reason), _require_in_force(sale)
    if sale.is_void:
        raise Refused("sale_void", _("This sale is void already."))
    void = _void(authorization, sale, reason=reason, at=at, by=by)
    receipts_due.note_awaited(authorization, root, awaits=False)
    rise = counts.rise_kg(root, SaleStep(Word.REPORTED, void.net_kg))
    record_report(authorization, void, rise, kind="void", at=at, by=by)
    return void


@transaction.atomic
def agree(sale: Sale, *, reason: str, by: Actor) -> Agreement:
    """Accept the vendor's current, lower figure on the authority's behalf.

    Raises Refused: not_the_authority, own_dealings, no_reason, nothing_to_agree.
    """
    require_impartial(by, sale.authorization.buyer_id, sale.authorization.seller_id)
    reason = given_reason(reason)
    authorization, at = lock_settled(sale.authorization)
    root = sale.root_or_self
    rise = counts.rise_kg(root, SaleStep(Word.AGREED))
    if not rise:
        raise Refused("nothing_to_agree", _nothing_to_agree(authorization, root))
    agreement = Agreement(
        jurisdiction=authorization.jurisdiction,
        authorization=authorization,
        version=authorization.version + 1,
        sale=root,
        reason=reason,
        recorded_at=at,
        agreed_by=by.user,
        api_key=by.api_key,
    )
    counts.change_counted(authorization, rise, kind="agreed", at=at, report=agreement, by=by)
    return agreement


def _nothing_to_agree(authorization: Authorization, root: Sale) -> str | Promise:
    if counts.is_confirmable(authorization, counts.in_force(root)):
        return _(
            "The vendor has reported no less. The sale had no code and is not debited to the"
            " buyer: confirm it, or let it stand."
        )
    return _("The sale counts at the vendor's figure already.")


def _void(
    authorization: Authorization, sale: Sale, *, reason: str, at: datetime, by: Actor
) -> Sale:
    """A report of zero that otherwise repeats the one it replaces."""
    void = Sale.objects.get(pk=sale.pk)
    void.pk = None
    void.uuid = Sale._meta.get_field("uuid").get_default()
    void.authorization = authorization
    void.version = authorization.version + 1
    void.root = sale.root_or_self
    void.replaces = sale
    void.is_void = True
    void.complete = False
    void.reason = reason
    void.quantity_value = void.product_kg = void.net_kg = Decimal(0)
    void.recorded_at = at
    void.recorded_by, void.api_key = by.user, by.api_key
    return void


def _require_in_force(sale: Sale) -> Sale:
    """The root of a sale whose report nothing has replaced yet."""
    root = sale.root_or_self
    head = counts.in_force(root)
    if head.pk != sale.pk:
        raise Refused(
            "sale_replaced",
            _("This report has been replaced already: correct the one in force."),
            in_force=str(head.uuid),
        )
    return root
