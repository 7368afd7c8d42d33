"""Verbs of permits: grant, approve, refuse. Raising a limit takes a second officer."""

from datetime import datetime

from django.db import transaction
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from precursors.models import Precursor
from precursors.quantities import Quantity
from registry import clock, events, inputs
from registry.actors import Actor
from registry.models import License, Organization, Permit
from registry.models.firms import Activity, Period, PermitState, Standing
from registry.permit_terms import Terms, is_looser
from registry.second_officer import require_second

DECIDED = ["state", "decided_at", "approved_by"]  # what a decision changes


@transaction.atomic
def grant_permit(
    *,
    license: License,
    precursor: Precursor,
    activity: str,
    limit: Quantity,
    period: str,
    automatic_limit: Quantity | None = None,
    by: Actor,
) -> Permit:
    """Permit an activity with a precursor, up to a limit (mass of the substance) per period.

    In force at once, replacing the one before, unless it is looser than the firm's last one: then
    it waits for `approve_permit`. Raises Refused: mass_required, quantity_too_large,
    activity_unknown, period_unknown, license_revoked, permit_pending.
    """
    _lock_firm(license.organization_id)
    permit = Permit(
        jurisdiction=by.jurisdiction,
        license=License.objects.get(pk=license.pk),
        organization_id=license.organization_id,
        precursor=precursor,
        activity=_one_of(Activity, activity, "activity"),
        period=_one_of(Period, period, "period"),
        proposed_by=by.user,
        proposed_key=by.api_key,
    )
    _set_limits(permit, limit, automatic_limit)
    _require_not_revoked(permit.license)
    permit.raises_limit = any(is_looser(_terms(permit), _terms(old)) for old in _previous(permit))
    permit.created_at = now = clock.now()
    if permit.raises_limit:
        return _propose(permit, by)
    return _put_in_force(permit, now, by)


def _set_limits(permit: Permit, limit: Quantity, automatic_limit: Quantity | None) -> None:
    permit.limit_kg = inputs.mass_kg(limit, field="limit")
    permit.limit_value, permit.limit_unit = limit.value, limit.unit
    if automatic_limit:
        permit.automatic_limit_kg = inputs.mass_kg(automatic_limit, field="automatic_limit")
        permit.automatic_limit_value = automatic_limit.value
        permit.automatic_limit_unit = automatic_limit.unit


def _one_of(choices: type[Activity] | type[Period], value: str, field: str) -> str:
    if value not in choices.values:
        sentence = _("Use one of these: %(choices)s.") % {"choices": ", ".join(choices.values)}
        raise Refused(f"{field}_unknown", sentence, field=field)
    return value


def _lock_firm(organization: int) -> None:
    """All permits of a firm change under this lock: a raise is judged across its licenses."""
    Organization.objects.select_for_update(no_key=True).get(pk=organization)


def _require_not_revoked(license: License) -> None:
    if license.standing == Standing.REVOKED:
        raise Refused("license_revoked", _("This license has been revoked, and stays so."))


def _previous(permit: Permit) -> list[Permit]:
    """The permit that this one would replace, and the firm's last one under any license."""
    same = Permit.objects.filter(
        organization=permit.organization_id, precursor=permit.precursor, activity=permit.activity
    )
    decided = same.filter(state__in=[PermitState.IN_FORCE, PermitState.REPLACED])
    last = decided.order_by(Coalesce("decided_at", "created_at").desc(), "-pk")[:1]
    return [*same.filter(license=permit.license, state=PermitState.IN_FORCE), *last]


def _terms(permit: Permit) -> Terms:
    return Terms(permit.limit_kg, permit.period, permit.automatic_limit_kg)


def _propose(permit: Permit, by: Actor) -> Permit:
    others = Permit.objects.filter(
        license=permit.license, precursor=permit.precursor, activity=permit.activity
    )
    if others.filter(state=PermitState.PROPOSED).exists():
        sentence = _("A raise of this permit already waits for a second officer.")
        raise Refused("permit_pending", sentence)
    permit.state = PermitState.PROPOSED
    permit.save(force_insert=True)
    _record("proposed", permit, permit.created_at, by)
    return permit


def _put_in_force(permit: Permit, now: datetime, by: Actor) -> Permit:
    Permit.objects.filter(
        license=permit.license,
        precursor=permit.precursor,
        activity=permit.activity,
        state=PermitState.IN_FORCE,
    ).update(state=PermitState.REPLACED)
    permit.state, permit.decided_at = PermitState.IN_FORCE, now
    permit.save(update_fields=None if permit.pk is None else DECIDED)
    _record("granted", permit, now, by)
    return permit


@transaction.atomic
def approve_permit(permit: Permit, *, by: Actor) -> Permit:
    """Agree, as the second officer, to a looser permit: it is in force at once.

    Raises Refused: second_must_be_a_person, second_must_differ, permit_decided, license_revoked.
    """
    permit = _locked(permit)
    if permit.state == PermitState.IN_FORCE:
        return permit
    _require_proposed(permit)
    _require_not_revoked(permit.license)
    permit.approved_by = require_second(by, sponsor=permit.proposed_by_id)
    return _put_in_force(permit, clock.now(), by)


@transaction.atomic
def refuse_permit(permit: Permit, *, by: Actor) -> Permit:
    """Decline or withdraw a proposed permit. Raises Refused("permit_decided")."""
    permit = _locked(permit)
    if permit.state == PermitState.REFUSED:
        return permit
    _require_proposed(permit)
    permit.state, permit.decided_at = PermitState.REFUSED, clock.now()
    permit.save(update_fields=["state", "decided_at"])
    _record("refused", permit, permit.decided_at, by)
    return permit


def _locked(permit: Permit) -> Permit:
    _lock_firm(permit.organization_id)
    return Permit.objects.select_related("license", "precursor").get(pk=permit.pk)


def _require_proposed(permit: Permit) -> None:
    if permit.state != PermitState.PROPOSED:
        raise Refused("permit_decided", _("This proposal has already been decided."))


def _record(event: str, permit: Permit, at: datetime, by: Actor) -> None:
    automatic = permit.automatic_limit_kg
    data = {
        "license": permit.license.number,
        "precursor": permit.precursor.code,
        "activity": permit.activity,
        "period": permit.period,
        "limit_kg": str(permit.limit_kg),
        "automatic_limit_kg": None if automatic is None else str(automatic),
    }
    firm = [permit.organization_id]
    events.record(f"permit.{event}", permit, at=at, organizations=firm, data=data, by=by)
