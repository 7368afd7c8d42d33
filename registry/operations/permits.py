"""The verb of permits: grant. A first permit, and one that loosens, takes two people."""

from collections.abc import Iterator
from datetime import datetime
from decimal import Decimal
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as text
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from precursors.models import Precursor
from precursors.quantities import Quantity
from registry import clock, events, inputs
from registry.actors import Actor, require_authority
from registry.models import License, Organization, Permit, Proposal
from registry.models.firms import Activity, Period, PermitState, Standing
from registry.permit_terms import Terms, is_looser
from registry.proposals import Change, Draft, act, enter, require_unchanged

ACT = "permit.grant"
FIGURES = ("limit_kg", "automatic_limit_kg", "limit_value", "automatic_limit_value")
WORDS = ("period", "limit_unit", "automatic_limit_unit")


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
) -> Permit | Proposal:
    """Permit an activity with a precursor, up to a limit (mass of the substance) per period.

    What tightens is in force at once, in the place of the one before. A firm's first permit, one
    after its license has ended, and a looser one take a second officer: see registry/proposals.py.
    Raises Refused: not_the_authority, mass_required, quantity_too_large, activity_unknown,
    period_unknown, license_revoked, proposal_pending.
    """
    if not by.is_portal:
        require_authority(by)
    license = _locked(license.pk)
    permit = Permit(
        jurisdiction=by.jurisdiction,
        license=license,
        organization_id=license.organization_id,
        precursor=precursor,
        activity=_one_of(Activity, activity, "activity"),
        period=_one_of(Period, period, "period"),
    )
    _set_limits(permit, limit, automatic_limit)
    _require_not_revoked(license)
    if _is_first(permit, clock.now()) or _is_looser(permit):
        entered: Permit | Proposal = enter(_draft(permit), by=by)
        return entered
    return _put_in_force(permit, clock.now(), by)


def _locked(license: int) -> License:
    """All permits of a firm change under its lock: a raise is judged across its licenses."""
    organization = License.objects.values_list("organization_id", flat=True).get(pk=license)
    Organization.objects.select_for_update(no_key=True).get(pk=organization)
    rows = License.objects.select_for_update(no_key=True, of=["self"])
    return rows.select_related("organization", "jurisdiction").get(pk=license)


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


def _require_not_revoked(license: License) -> None:
    if license.standing == Standing.REVOKED:
        raise Refused("license_revoked", _("This license has been revoked, and stays so."))


def _alike(permit: Permit) -> Any:
    """The firm's permits, under any license, for the same activity with the same precursor."""
    return Permit.objects.filter(
        organization=permit.organization_id, precursor=permit.precursor, activity=permit.activity
    )


def _is_first(permit: Permit, at: datetime) -> bool:
    """Whether there is none to go on from: under this license, or under one that still holds."""
    if _alike(permit).filter(license=permit.license).exists():
        return False
    holds = _alike(permit).filter(
        state=PermitState.IN_FORCE,
        license__standing=Standing.IN_FORCE,
        license__valid_to__gte=at.astimezone(permit.license.jurisdiction.zone).date(),
    )
    return not holds.exists()


def _is_looser(permit: Permit) -> bool:
    """Whether it allows more than the one it replaces, or than the firm's last one."""
    replaced = _alike(permit).filter(license=permit.license, state=PermitState.IN_FORCE)
    last = _alike(permit).order_by("-decided_at", "-pk")[:1]
    return any(is_looser(_terms(permit), _terms(old)) for old in [*replaced, *last])


def _terms(permit: Permit) -> Terms:
    return Terms(permit.limit_kg, permit.period, permit.automatic_limit_kg)


def _draft(permit: Permit) -> Draft:
    return Draft(
        act=ACT,
        subject=permit.license,
        about=f"{permit.precursor.code} {permit.activity}",
        organization=permit.license.organization,
        terms=_told(permit),
        before=_in_force(permit.license, permit.precursor.code, permit.activity),
        largest_kg=max(permit.limit_kg, permit.automatic_limit_kg or Decimal(0)),
    )


def _in_force(license: License, precursor: str, activity: str) -> dict[str, Any]:
    """The terms of what would be replaced; none where it is the first of its license."""
    permits = license.permits.select_related("license", "precursor")
    found = permits.filter(
        precursor__code=precursor, activity=activity, state=PermitState.IN_FORCE
    ).first()
    return _told(found) if found else {}


def _told(permit: Permit) -> dict[str, Any]:
    return {
        "license": permit.license.number,
        "precursor": permit.precursor.code,
        "activity": permit.activity,
        **{name: str(getattr(permit, name)) for name in WORDS},
        **{name: _figure(getattr(permit, name)) for name in FIGURES},
    }


def _figure(value: Decimal | None) -> str | None:
    return None if value is None else f"{value.normalize():f}"


def _lock(proposal: Proposal) -> License:
    return _locked(proposal.subject_id)


def _changes(proposal: Proposal) -> Iterator[Change]:
    old, new = proposal.before, proposal.terms
    for label, name in (
        (_("Limit"), "limit"),
        (_("Period"), "period"),
        (_("Automatic limit"), "automatic_limit"),
    ):
        yield Change(label, _written(old, name) if old else "", _written(new, name))


def _written(terms: dict[str, Any], name: str) -> str:
    if name == "period":
        return str(Period(terms["period"]).label)
    value = terms[f"{name}_value"]
    if value is None:
        return text("none: an officer decides")
    return f"{Decimal(value):,} {terms[f'{name}_unit']}"


def _heading(proposal: Proposal) -> str:
    terms = proposal.terms
    precursor = Precursor.objects.filter(code=terms["precursor"]).first()
    activity = str(Activity(terms["activity"]).label)
    return f"{terms['license']}: {precursor or terms['precursor']}, {activity.lower()}"


@act(ACT, _("Grant a permit"), lock=_lock, changes=_changes, heading=_heading)
def _grant_proposed(proposal: Proposal, license: License, *, at: datetime, by: Actor) -> Permit:
    """Raises Refused: license_revoked, proposal_outdated."""
    terms = proposal.terms
    _require_not_revoked(license)
    require_unchanged(proposal, _in_force(license, terms["precursor"], terms["activity"]))
    permit = Permit(
        jurisdiction=license.jurisdiction,
        license=license,
        organization_id=license.organization_id,
        precursor=Precursor.objects.get(code=terms["precursor"]),
        activity=terms["activity"],
        **{name: terms[name] for name in WORDS},
        **{name: terms[name] and Decimal(terms[name]) for name in FIGURES},
        raises_limit=True,
        proposal=proposal,
    )
    return _put_in_force(permit, at, by)


def _put_in_force(permit: Permit, at: datetime, by: Actor) -> Permit:
    _alike(permit).filter(license=permit.license, state=PermitState.IN_FORCE).update(
        state=PermitState.REPLACED
    )
    proposal = permit.proposal
    permit.state, permit.created_at, permit.decided_at = PermitState.IN_FORCE, at, at
    permit.proposed_by = proposal.proposed_by if proposal else by.user
    permit.proposed_key = proposal.proposed_key if proposal else by.api_key
    permit.approved_by = proposal.decided_by if proposal else None
    permit.save(force_insert=True)
    _record(permit, at, by)
    return permit


def _record(permit: Permit, at: datetime, by: Actor) -> None:
    automatic = permit.automatic_limit_kg
    data = {
        "license": permit.license.number,
        "precursor": permit.precursor.code,
        "activity": permit.activity,
        "period": permit.period,
        "limit_kg": f"{permit.limit_kg:.6f}",
        "automatic_limit_kg": None if automatic is None else f"{automatic:.6f}",
    }
    firm = [permit.organization_id]
    events.record("permit.granted", permit, at=at, organizations=firm, data=data, by=by)
