"""Verbs of licenses: grant, suspend, reinstate (by two officers), revoke permanently."""

from collections.abc import Iterable
from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.formats import date_format
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock, events, inputs
from registry.actors import Actor
from registry.constraints import refuse_on
from registry.models import License, LicenseStep, Organization, Proposal
from registry.models.firms import Standing
from registry.proposals import Change, Draft, act, enter, withdraw_all

NUMBER_LENGTH = 50
EVENT_OF = {
    Standing.IN_FORCE: "reinstated",
    Standing.SUSPENDED: "suspended",
    Standing.REVOKED: "revoked",
}


@transaction.atomic
def grant_license(
    *, organization: Organization, number: str, valid_from: date, valid_to: date, by: Actor
) -> License | Proposal:
    """Enter a firm's license, valid from its first to its last day, both included.

    Where a license of the firm was suspended or revoked it is a proposal: else a new one would
    lift what takes two to lift.

    Raises Refused: license_ends_before_it_begins, license_overlaps, license_number_taken, blank,
    too_long, proposal_pending.
    """
    number = inputs.number(number, field="number", at_most=NUMBER_LENGTH)
    if valid_to < valid_from:
        sentence = _("A license cannot end before it begins.")
        raise Refused("license_ends_before_it_begins", sentence, field="valid_to")
    # Two overlapping licenses entered at once wait for each other here, not in a deadlock.
    organization = Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    license = License(
        jurisdiction=by.jurisdiction,
        organization=organization,
        number=number,
        valid_from=valid_from,
        valid_to=valid_to,
    )
    if not _lost_one(organization):
        return _enter(license, clock.now(), by)
    _require_room(license)
    made = enter(_draft_of(license), by=by)
    assert isinstance(made, License | Proposal)
    return made


def _lost_one(organization: Organization) -> bool:
    """Whether a license of the firm is suspended, or was revoked."""
    return organization.licenses.exclude(standing=Standing.IN_FORCE).exists()


def _require_room(license: License) -> None:
    """Refuse at once what could not be entered, rather than when another has agreed."""
    clashes = _clashes(license.number)
    rows = License.objects.filter(jurisdiction=license.jurisdiction)
    if rows.filter(number=license.number).exists():
        raise clashes["license_number_is_unique"]
    same_days = {"valid_from__lte": license.valid_to, "valid_to__gte": license.valid_from}
    held = rows.filter(organization=license.organization).exclude(standing=Standing.REVOKED)
    if held.filter(**same_days).exists():
        raise clashes["licenses_of_one_organization_never_overlap"]


def _draft_of(license: License) -> Draft:
    lost = license.organization.licenses.exclude(standing=Standing.IN_FORCE).order_by("pk")
    return Draft(
        act="license.grant",
        subject=license.organization,
        about=license.number,
        organization=license.organization,
        terms={"number": license.number, **_days(license)},
        before={each.number: each.standing for each in lost},
    )


def _days(license: License) -> dict[str, str]:
    return {
        "valid_from": license.valid_from.isoformat(),
        "valid_to": license.valid_to.isoformat(),
    }


def _enter(license: License, now: datetime, by: Actor) -> License:
    license.created_at = now
    with refuse_on(_clashes(license.number)):
        license.save(force_insert=True)
    LicenseStep.objects.create(license=license, sequence=1, standing=Standing.IN_FORCE, at=now)
    _record("granted", license, now, {"number": license.number, **_days(license)}, by)
    return license


def _firm_locked(proposal: Proposal) -> Organization:
    return Organization.objects.select_for_update(no_key=True).get(pk=proposal.subject_id)


def _changes_of_grant(proposal: Proposal) -> Iterable[Change]:
    for number, standing in proposal.before.items():
        yield Change(_("License %(number)s") % {"number": number}, "", Standing(standing).label)
    days = (proposal.terms["valid_from"], proposal.terms["valid_to"])
    first, last = (date_format(date.fromisoformat(day), "SHORT_DATE_FORMAT") for day in days)
    yield Change(_("License number"), "", proposal.terms["number"])
    yield Change(_("First day"), "", first)
    yield Change(_("Last day"), "", last)


@act(
    "license.grant",
    _("Grant a license to a firm that lost one"),
    lock=_firm_locked,
    changes=_changes_of_grant,
    heading=lambda proposal: f"{proposal.organization} – {proposal.terms['number']}",
)
def _grant_approved(
    proposal: Proposal, organization: Organization, *, at: datetime, by: Actor
) -> License:
    """Raises Refused: license_overlaps, license_number_taken."""
    license = License(
        jurisdiction=proposal.jurisdiction,
        organization=organization,
        number=proposal.terms["number"],
        valid_from=date.fromisoformat(proposal.terms["valid_from"]),
        valid_to=date.fromisoformat(proposal.terms["valid_to"]),
        proposal=proposal,
    )
    return _enter(license, at, by)


def _clashes(number: str) -> dict[str, Refused]:
    taken = _("There is already a license with the number %(number)s.") % {"number": number}
    overlaps = _("The firm already has a license in part of this time.")
    return {
        "license_number_is_unique": Refused("license_number_taken", taken, number=number),
        "licenses_of_one_organization_never_overlap": Refused("license_overlaps", overlaps),
    }


@transaction.atomic
def suspend_license(license: License, *, reason: str, by: Actor) -> License:
    """Suspend a license at once.

    Raises Refused: license_revoked, blank, not_text, too_long.
    """
    reason = inputs.text(reason, field="reason", at_most=inputs.REASON_LENGTH, lines=True)
    license = _locked(license)
    if license.standing == Standing.SUSPENDED:
        return license
    _require_not_revoked(license)
    return _step(license, Standing.SUSPENDED, reason=reason, now=clock.now(), by=by)


@transaction.atomic
def revoke_license(license: License, *, reason: str, by: Actor) -> License:
    """Revoke a license at once and permanently. Raises Refused: blank, not_text, too_long."""
    reason = inputs.text(reason, field="reason", at_most=inputs.REASON_LENGTH, lines=True)
    license = _locked(license)
    if license.standing == Standing.REVOKED:
        return license
    now = clock.now()
    withdraw_all(license, at=now, by=by)
    return _step(license, Standing.REVOKED, reason=reason, now=now, by=by)


@transaction.atomic
def propose_reinstatement(license: License, *, reason: str, by: Actor) -> License | Proposal:
    """Propose to lift a suspension; a second officer must agree.

    Raises Refused: license_revoked, license_not_suspended, proposal_pending, blank, not_text,
    too_long.
    """
    reason = inputs.text(reason, field="reason", at_most=inputs.REASON_LENGTH, lines=True)
    license = _locked(license)
    _require_suspended(license)
    draft = Draft(
        act="license.reinstate",
        subject=license,
        organization=license.organization,
        terms={"number": license.number},
        before={"standing": license.standing},
        reason=reason,
    )
    made = enter(draft, by=by)
    assert isinstance(made, License | Proposal)
    return made


def _license_locked(proposal: Proposal) -> License:
    return License.objects.select_for_update(no_key=True).get(pk=proposal.subject_id)


def _changes_of_reinstatement(proposal: Proposal) -> Iterable[Change]:
    before = Standing(proposal.before["standing"]).label
    yield Change(_("Standing"), before, Standing.IN_FORCE.label)


@act(
    "license.reinstate",
    _("Lift the suspension of a license"),
    lock=_license_locked,
    changes=_changes_of_reinstatement,
    heading=lambda proposal: f"{proposal.organization} – {proposal.terms['number']}",
)
def _reinstate_approved(
    proposal: Proposal, license: License, *, at: datetime, by: Actor
) -> License:
    """Raises Refused: license_revoked, license_not_suspended."""
    _require_suspended(license)
    return _step(license, Standing.IN_FORCE, reason=proposal.reason, now=at, by=by)


def _locked(license: License) -> License:
    """Lock and read the license; its proposals and steps change only under this lock."""
    return License.objects.select_for_update(no_key=True).get(pk=license.pk)


def _require_not_revoked(license: License) -> None:
    if license.standing == Standing.REVOKED:
        raise Refused("license_revoked", _("This license has been revoked, and stays so."))


def _require_suspended(license: License) -> None:
    _require_not_revoked(license)
    if license.standing != Standing.SUSPENDED:
        raise Refused("license_not_suspended", _("This license is not suspended."))


def _step(
    license: License, standing: Standing, *, reason: str, now: datetime, by: Actor
) -> License:
    license.standing = standing
    license.save(update_fields=["standing"])
    last = license.steps.aggregate(last=Max("sequence"))["last"] or 0
    LicenseStep.objects.create(
        license=license, sequence=last + 1, standing=standing, at=now, reason=reason
    )
    _record(EVENT_OF[standing], license, now, {"reason": reason}, by)
    return license


def _record(event: str, license: License, now: datetime, data: dict[str, str], by: Actor) -> None:
    firm = [license.organization_id]
    events.record(f"license.{event}", license, at=now, organizations=firm, data=data, by=by)
