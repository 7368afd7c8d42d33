"""Rules on time: of a sale, its report and its receipt; and on a document used twice.

Where a claimed time is held against the portal's clock, the claim is believed as far as it may be
true: see `rules.clocks`.
"""

from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from rules.documents import find_twin
from rules.facts import CALLED_OFF, Evidence, Facts, SaleFacts
from rules.measure import instant, plain
from rules.rule import Setting, sale_rule


@sale_rule(_("Sold without a code"), severity="high")
def sold_without_code(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """The sale was reported without an authorization."""
    if facts.has_code:
        return None
    amount = sale.current.amount
    return {"product_kg": plain(Fraction(amount.product_kg))} if amount else None


@sale_rule(_("Sold after the code expired"), severity="high", recorded_hours="24")
def sold_after_expiry(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Sold after the code's validity by its own claim, or recorded long after it."""
    if facts.valid_until is None:
        return None
    sold_at, recorded_at = sale.current.sold_at, sale.first.recorded_at
    is_late = {
        "sold_at": setting.span_of(sold_at).first > facts.valid_until,
        "recorded_at": recorded_at > facts.valid_until + setting.hours("recorded_hours"),
    }
    because = next((name for name, late in is_late.items() if late), None)
    if because is None:
        return None
    moments = {"sold_at": sold_at, "recorded_at": recorded_at, "valid_until": facts.valid_until}
    return {"because": because} | {name: instant(moment) for name, moment in moments.items()}


@sale_rule(_("Sold before the code was issued"), severity="high")
def sold_before_issue(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Sold, by its own claim, before the code was issued; or on a code that never was."""
    sold_at = sale.current.sold_at
    if not facts.has_code or _is_after_the_end(sale, facts, setting):
        return None
    if facts.issued_at is None:
        return {"sold_at": instant(sold_at), "issued_at": ""}
    if setting.span_of(sold_at).last < facts.issued_at:
        return {"sold_at": instant(sold_at), "issued_at": instant(facts.issued_at)}
    return None


@sale_rule(_("Sold after the code was called off"), severity="high")
def sold_after_cancel(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Sold, by its own claim, after the code was refused, cancelled or revoked."""
    if facts.ended_at is None or not _is_after_the_end(sale, facts, setting):
        return None
    return {
        "status": facts.status,
        "sold_at": instant(sale.current.sold_at),
        "ended_at": instant(facts.ended_at),
    }


def _is_after_the_end(sale: SaleFacts, facts: Facts, setting: Setting) -> bool:
    if facts.status not in CALLED_OFF or facts.ended_at is None:
        return False
    return setting.span_of(sale.current.sold_at).first > facts.ended_at


@sale_rule(_("Reported late"), severity="low", hours="24")
def reported_late(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Recorded long after the sale."""
    sold_at, recorded_at = sale.current.sold_at, sale.first.recorded_at
    if recorded_at - setting.span_of(sold_at).last <= setting.hours("hours"):
        return None
    hours = int((recorded_at - sold_at).total_seconds()) // 3600
    moments = {"sold_at": instant(sold_at), "recorded_at": instant(recorded_at)}
    return {**moments, "hours": str(hours)}


@sale_rule(_("Reported twice"), severity="low")
def twice_reported(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Alike in second, plate and quantity to an earlier sale of the same vendor and buyer.

    Two parts of a load with a guide for each are no such sales.
    """
    return {"earlier_sale": sale.alike} if sale.alike else None


@sale_rule(_("Receipt missing"), severity="medium", days="5")
def receipt_missing(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """No receipt, so many days after the later of the time of sale and the time of entry.

    For what the buyer did not ask for it owes none. Nothing is added for a clock that is behind:
    the time of entry is the portal's own.
    """
    if sale.receipt is not None or facts.is_claim:
        return None
    since = max(sale.current.sold_at, sale.first.recorded_at)
    due_at = since + 24 * setting.hours("days")
    return {"due_at": instant(due_at)} if facts.as_of > due_at else None


@sale_rule(_("Times that contradict each other"), severity="medium")
def times_contradict(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """Received, or first reported, before the time that the sale is now said to be of."""
    sold_at = sale.current.sold_at
    moments = {"recorded_at": sale.first.recorded_at}
    contradicting = {"recorded_at": moments["recorded_at"] < setting.span_of(sold_at).first}
    if sale.receipt is not None:
        moments["received_at"] = sale.receipt.received_at
        contradicting["received_at"] = setting.span_of(moments["received_at"]).last < sold_at
    names = [name for name in moments if contradicting[name]]
    if not names:
        return None
    because = min(names, key=lambda name: moments[name])
    return {"because": because, "sold_at": instant(sold_at), because: instant(moments[because])}


@sale_rule(_("Document used twice"), severity="medium")
def duplicate_document(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """The vendor used the same invoice or guide for an earlier sale."""
    twin = find_twin(sale, facts, setting)
    if twin is None:
        return None
    return {"document": twin.document, "number": twin.number, "earlier_sale": twin.sale}
