"""Verbs of licenses: grant, suspend, reinstate (by two officers), revoke permanently."""

from datetime import date, datetime

from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock, events, inputs
from registry.actors import Actor
from registry.constraints import refuse_on
from registry.models import License, LicenseStep, Organization, Reinstatement
from registry.models.firms import Standing
from registry.second_officer import require_second

NUMBER_LENGTH = 50
EVENT_OF = {
    Standing.IN_FORCE: "reinstated",
    Standing.SUSPENDED: "suspended",
    Standing.REVOKED: "revoked",
}


@transaction.atomic
def grant_license(
    *, organization: Organization, number: str, valid_from: date, valid_to: date, by: Actor
) -> License:
    """Enter a firm's license, valid from its first to its last day, both included.

    Raises Refused: license_ends_before_it_begins, license_overlaps, license_number_taken, blank,
    too_long.
    """
    number = inputs.number(number, field="number", at_most=NUMBER_LENGTH)
    if valid_to < valid_from:
        sentence = _("A license cannot end before it begins.")
        raise Refused("license_ends_before_it_begins", sentence, field="valid_to")
    # Two overlapping licenses entered at once wait for each other here, not in a deadlock.
    Organization.objects.select_for_update(no_key=True).get(pk=organization.pk)
    now = clock.now()
    with refuse_on(_clashes(number)):
        license = License.objects.create(
            jurisdiction=by.jurisdiction,
            organization=organization,
            number=number,
            valid_from=valid_from,
            valid_to=valid_to,
            created_at=now,
        )
    LicenseStep.objects.create(license=license, sequence=1, standing=Standing.IN_FORCE, at=now)
    days = {"valid_from": valid_from.isoformat(), "valid_to": valid_to.isoformat()}
    _record("granted", license, now, {"number": number, **days}, by)
    return license


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
    for proposal in _open_proposals(license):
        _withdraw(proposal, now, by)
    return _step(license, Standing.REVOKED, reason=reason, now=now, by=by)


@transaction.atomic
def propose_reinstatement(license: License, *, reason: str, by: Actor) -> Reinstatement:
    """Propose to lift a suspension; a second officer must agree.

    Raises Refused: license_revoked, license_not_suspended, reinstatement_pending, blank,
    not_text, too_long.
    """
    reason = inputs.text(reason, field="reason", at_most=inputs.REASON_LENGTH, lines=True)
    license = _locked(license)
    _require_not_revoked(license)
    if license.standing != Standing.SUSPENDED:
        raise Refused("license_not_suspended", _("This license is not suspended."))
    if _open_proposals(license):
        sentence = _("A reinstatement of this license already waits for a second officer.")
        raise Refused("reinstatement_pending", sentence)
    now = clock.now()
    proposal = Reinstatement.objects.create(
        license=license,
        reason=reason,
        proposed_at=now,
        proposed_by=by.user,
        proposed_key=by.api_key,
    )
    _record("reinstatement_proposed", license, now, {"reason": reason}, by)
    return proposal


@transaction.atomic
def approve_reinstatement(reinstatement: Reinstatement, *, by: Actor) -> Reinstatement:
    """Agree, as the second officer, to lift a suspension at once.

    Raises Refused: second_must_be_a_person, second_must_differ, reinstatement_withdrawn.
    """
    license = _locked(reinstatement.license)
    reinstatement = Reinstatement.objects.select_related("license").get(pk=reinstatement.pk)
    if reinstatement.approved_at:
        return reinstatement
    if reinstatement.withdrawn_at:
        sentence = _("This proposal has been withdrawn.")
        raise Refused("reinstatement_withdrawn", sentence)
    reinstatement.approved_by = require_second(by, sponsor=reinstatement.proposed_by_id)
    reinstatement.approved_at = now = clock.now()
    reinstatement.save(update_fields=["approved_at", "approved_by"])
    _step(license, Standing.IN_FORCE, reason=reinstatement.reason, now=now, by=by)
    return reinstatement


@transaction.atomic
def withdraw_reinstatement(reinstatement: Reinstatement, *, by: Actor) -> Reinstatement:
    """Take a proposal back, or decline it. Raises Refused("reinstatement_approved")."""
    _locked(reinstatement.license)
    reinstatement = Reinstatement.objects.select_related("license").get(pk=reinstatement.pk)
    if reinstatement.approved_at:
        raise Refused("reinstatement_approved", _("The license has already been reinstated."))
    if not reinstatement.withdrawn_at:
        _withdraw(reinstatement, clock.now(), by)
    return reinstatement


def _locked(license: License) -> License:
    """Lock and read the license; its proposals and steps change only under this lock."""
    return License.objects.select_for_update(no_key=True).get(pk=license.pk)


def _require_not_revoked(license: License) -> None:
    if license.standing == Standing.REVOKED:
        raise Refused("license_revoked", _("This license has been revoked, and stays so."))


def _open_proposals(license: License) -> list[Reinstatement]:
    return list(license.reinstatements.filter(approved_at=None, withdrawn_at=None))


def _withdraw(reinstatement: Reinstatement, now: datetime, by: Actor) -> None:
    reinstatement.withdrawn_at = now
    reinstatement.save(update_fields=["withdrawn_at"])
    _record("reinstatement_withdrawn", reinstatement.license, now, {}, by)


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
