"""Keys by which programs act."""

import hashlib
import secrets
import string
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from ipaddress import ip_network
from typing import Any

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused
from registry import clock, events, inputs
from registry.actors import Actor
from registry.models import ApiKey, Jurisdiction, Membership, Organization, User
from registry.models.people import Role, Scope

DAYS_MAX = 10 * 366
REQUESTS_MAX = 1_000_000
LIMIT_MAX_KG = 10**12


@dataclass(frozen=True, kw_only=True)
class KeyTerms:
    """Within what bounds a key is made: how long it lives, from where and how often it acts."""

    days: int | None = None  # None: as the portal is set up, API_KEY_DAYS
    addresses: Sequence[str] = ()  # or networks, such as 10.0.0.0/8; none: from everywhere
    requests_a_minute: int | None = None  # None: as the portal is set up, API_REQUESTS_A_MINUTE
    sponsor: str = ""  # the address of the officer for whom it counts; none: the operator
    largest_limit_kg: Decimal | None = None  # these two bound `registry:grant`; None: any
    acts_a_day: int | None = None

    @property
    def checked_days(self) -> int:
        days = settings.API_KEY_DAYS if self.days is None else self.days
        return _within(days, DAYS_MAX, field="days")

    @property
    def checked_requests_a_minute(self) -> int | None:
        if self.requests_a_minute is None:
            return None
        return _within(self.requests_a_minute, REQUESTS_MAX, field="requests_a_minute")

    def checked_bounds(self, jurisdiction: Jurisdiction) -> dict[str, Any]:
        """For whom the key counts, and how far it decides. Raises Refused."""
        if self.largest_limit_kg is not None and not 0 < self.largest_limit_kg < LIMIT_MAX_KG:
            sentence = _("Give a number from 1 to %(most)s.") % {"most": LIMIT_MAX_KG}
            raise Refused("out_of_range", sentence, field="largest_limit_kg")
        if self.acts_a_day is not None:
            _within(self.acts_a_day, REQUESTS_MAX, field="acts_a_day")
        return {
            "sponsor": _officer(self.sponsor, jurisdiction) if self.sponsor else None,
            "largest_limit_kg": self.largest_limit_kg,
            "acts_a_day": self.acts_a_day,
        }

    @property
    def checked_addresses(self) -> list[str]:
        try:
            return [str(ip_network(address.strip())) for address in self.addresses]
        except ValueError as error:
            sentence = _("This is no address and no network: %(wrong)s.") % {"wrong": error}
            raise Refused("address_invalid", sentence, field="addresses") from error


def _within(number: int, most: int, *, field: str) -> int:
    if 1 <= number <= most:
        return number
    sentence = _("Give a number from 1 to %(most)s.") % {"most": most}
    raise Refused("out_of_range", sentence, field=field)


def _officer(email: str, jurisdiction: Jurisdiction) -> User:
    officers = Membership.objects.select_related("user").filter(
        jurisdiction=jurisdiction, role=Role.OFFICER, ended_at=None, user__is_active=True
    )
    found = officers.filter(user__email=inputs.email(email)).first()
    if found is None:
        raise Refused("not_an_officer", _("No officer has this address."), field="sponsor")
    return found.user


@transaction.atomic
def issue_api_key(
    *,
    jurisdiction: Jurisdiction,
    organization: Organization | None,
    name: str,
    scopes: Sequence[str],
    terms: KeyTerms | None = None,
    at: datetime | None = None,
) -> tuple[ApiKey, str]:
    """Make a key for a firm, or (without one) for the authority; return it and its secret.

    The secret is not stored and cannot be read again.

    Raises Refused: scope_unknown, scope_missing, blank, too_long, out_of_range, address_invalid,
    email_invalid, not_an_officer.
    """
    at, terms = at or clock.now(), terms or KeyTerms()
    prefix, secret = new_key(is_test=jurisdiction.is_test)
    key = ApiKey.objects.create(
        jurisdiction=jurisdiction,
        organization=organization,
        name=inputs.text(name, field="name", at_most=100),
        prefix=prefix,
        secret_hash=hashed(secret),
        scopes=_checked_scopes(scopes),
        created_at=at,
        expires_at=at + timedelta(days=terms.checked_days),
        addresses=terms.checked_addresses,
        requests_a_minute=terms.checked_requests_a_minute,
        **terms.checked_bounds(jurisdiction),
    )
    _record("api_key.issued", key, key.created_at, Actor.portal(jurisdiction))
    return key, secret


def _checked_scopes(scopes: Sequence[str]) -> list[str]:
    if unknown := sorted(set(scopes) - set(Scope.values)):
        sentence = _("Unknown scope: %(unknown)s. Scopes are: %(known)s.") % {
            "unknown": ", ".join(unknown),
            "known": ", ".join(Scope.values),
        }
        raise Refused("scope_unknown", sentence, field="scopes")
    if not scopes:
        raise Refused("scope_missing", _("Name at least one scope."), field="scopes")
    return [scope for scope in Scope.values if scope in scopes]


@transaction.atomic
def revoke_api_key(key: ApiKey, *, by: Actor) -> ApiKey:
    """Revoke a key at once; one already revoked stays as it is."""
    key = ApiKey.objects.select_for_update(no_key=True).get(pk=key.pk)
    if key.revoked_at is None:
        key.revoked_at = clock.now()
        key.save(update_fields=["revoked_at"])
        _record("api_key.revoked", key, key.revoked_at, by)
    return key


def _record(kind: str, key: ApiKey, at: datetime, by: Actor) -> None:
    data = {
        "prefix": key.prefix,
        "name": key.name,
        "scopes": key.scopes,
        "expires_at": key.expires_at and key.expires_at.isoformat(),
        "addresses": key.addresses,
        "sponsor": key.sponsor_id,
        "largest_limit_kg": key.largest_limit_kg and str(key.largest_limit_kg),
        "acts_a_day": key.acts_a_day,
    }
    events.record(kind, key, at=at, organizations=[key.organization_id], data=data, by=by)


PUBLIC_SIGNS = string.ascii_lowercase + string.digits


def new_key(*, is_test: bool) -> tuple[str, str]:
    """Make a key of 256 random bits: its public prefix, and the whole of it."""
    public = "".join(secrets.choice(PUBLIC_SIGNS) for _ in range(8))
    prefix = f"pk_{'test' if is_test else 'live'}_{public}"
    return prefix, f"{prefix}_{secrets.token_urlsafe(32)}"


def hashed(secret: str) -> str:
    """Return the SHA-256, hexadecimal: enough for a secret of 256 random bits."""
    return hashlib.sha256(secret.encode()).hexdigest()
