"""Rules on who may: licenses in force, and quotas."""

from datetime import datetime
from fractions import Fraction

from django.utils.translation import gettext_lazy as _

from rules.facts import IN_FORCE, Booking, Evidence, Facts, LicenseFacts, SaleFacts
from rules.measure import plain, span_of
from rules.rule import Setting, rule, sale_rule


@sale_rule(_("License not in force"), severity="high")
def license_lapsed(sale: SaleFacts, facts: Facts, setting: Setting) -> Evidence | None:
    """The buyer's or the seller's license was not in force at the time of the sale.

    A time without seconds is a minute: a license in force in a part of it was in force.
    """
    evidence: Evidence = {}
    for party in ("buyer", "seller"):
        licenses = [each for each in facts.licenses if each.party == party]
        evidence |= _lapse(party, licenses, sale.current.sold_at, facts)
    return evidence or None


def _lapse(party: str, licenses: list[LicenseFacts], moment: datetime, facts: Facts) -> Evidence:
    day = moment.astimezone(facts.zone).date()
    covering = [each for each in licenses if each.covers(day)]
    if any(each.standing_at(at) == IN_FORCE for each in covering for at in span_of(moment)):
        return {}
    if covering:
        return _named(party, covering[-1].standing_at(moment), covering[-1])
    before = [each for each in licenses if each.valid_to < day]
    if before:
        return _named(party, "expired", max(before, key=lambda each: each.valid_to))
    return _named(party, "not_yet" if licenses else "none", licenses[0] if licenses else None)


def _named(party: str, because: str, license: LicenseFacts | None) -> Evidence:
    return {party: because, f"{party}_license": license.number if license else ""}


@rule(_("Quota overdrawn"), severity="high")
def quota_overdrawn(facts: Facts, setting: Setting) -> Evidence | None:
    """What was sold pushed an allowance past its limit; the furthest is told."""
    pushed = [b for b in facts.bookings if b.change_kg > 0 and b.used_kg > b.limit_kg]
    if not pushed:
        return None
    worst = max(pushed, key=_over)
    return {
        "activity": worst.activity,
        "limit_kg": plain(Fraction(worst.limit_kg)),
        "used_kg": plain(Fraction(worst.used_kg)),
        "over_kg": plain(_over(worst)),
    }


def _over(booking: Booking) -> Fraction:
    return Fraction(booking.used_kg) - Fraction(booking.limit_kg)
