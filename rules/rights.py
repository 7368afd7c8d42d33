"""Rules on rights: licenses in force, and quotas."""

from collections.abc import Iterator
from datetime import datetime, time
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from rules.clocks import Span
from rules.facts import IN_FORCE, Booking, Evidence, Facts, LicenseFacts, SaleFacts
from rules.measure import plain
from rules.rule import Setting, rule, sale_rule


@sale_rule(_("License not in force"), severity="high")
def license_lapsed(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """The buyer's or the seller's license was not in force at the time of the sale.

    A license in force at any of the moments that the claimed time may stand for was in force.
    """
    evidence: Evidence = {}
    for party in ("buyer", "seller"):
        licenses = [each for each in facts.licenses if each.party == party]
        evidence |= _lapse(party, licenses, sale.current.sold_at, facts, setting)
    return evidence or None


def _lapse(
    party: str, licenses: list[LicenseFacts], moment: datetime, facts: Facts, setting: Setting
) -> Evidence:
    span = setting.span_of(moment)
    if any(
        _is_in_force(each, at, facts) for each in licenses for at in _changes(each, span, facts)
    ):
        return {}
    day = moment.astimezone(facts.zone).date()
    covering = [each for each in licenses if each.covers(day)]
    if covering:
        return _lapse_evidence(party, covering[-1].standing_at(moment), covering[-1])
    before = [each for each in licenses if each.valid_to < day]
    if before:
        return _lapse_evidence(party, "expired", max(before, key=lambda each: each.valid_to))
    because, license = ("not_yet", licenses[0]) if licenses else ("none", None)
    return _lapse_evidence(party, because, license)


def _is_in_force(license: LicenseFacts, at: datetime, facts: Facts) -> bool:
    return license.standing_at(at) == IN_FORCE and license.covers(at.astimezone(facts.zone).date())


def _changes(license: LicenseFacts, span: Span, facts: Facts) -> Iterator[datetime]:
    """The first moment of a span, and those in it at which a license may begin or end."""
    yield span.first
    midnight = datetime.combine(span.last.astimezone(facts.zone).date(), time(), facts.zone)
    for at in (midnight, *(at for at, _standing in license.steps)):
        if span.first < at <= span.last:
            yield at


def _lapse_evidence(party: str, because: str, license: LicenseFacts | None) -> Evidence:
    return {party: because, f"{party}_license": license.number if license else ""}


@rule(_("Quota overdrawn"), severity="high")
def quota_overdrawn(facts: Facts, setting: Setting) -> Evidence | None:
    """A sale pushed an allowance past its limit. The evidence is the booking furthest over."""
    over = [b for b in facts.bookings if b.change_kg > 0 and b.used_kg > b.limit_kg]
    if not over:
        return None
    worst = max(over, key=_over_kg)
    return {
        "activity": worst.activity,
        "limit_kg": plain(Fraction(worst.limit_kg)),
        "used_kg": plain(Fraction(worst.used_kg)),
        "over_kg": plain(_over_kg(worst)),
    }


def _over_kg(booking: Booking) -> Fraction:
    return Fraction(booking.used_kg) - Fraction(booking.limit_kg)
