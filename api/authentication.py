"""Programs sign in with a key: `Authorization: Bearer pk_live_<8 public>_<secret>`."""

import hmac
import re
from dataclasses import dataclass
from datetime import datetime
from ipaddress import IPv6Address, ip_address
from typing import TYPE_CHECKING, Any

import structlog
from django.conf import settings
from django.db import InternalError, OperationalError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from psycopg2.errorcodes import DISK_FULL, READ_ONLY_SQL_TRANSACTION
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import APIException, AuthenticationFailed, PermissionDenied
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from api.limits import SHARES, WINDOW_S, Share, shares
from database import row_security
from database.statements import Statement, select_columns, take_row
from registry import clock
from registry.access_log import note_key_place
from registry.actors import Actor
from registry.http import portal_request
from registry.models import ApiKey, Jurisdiction, Organization
from registry.operations.keys import hashed

if TYPE_CHECKING:  # DRF loads this module while it loads its views
    from rest_framework.views import APIView

log = structlog.get_logger("portal.keys")
KEY = re.compile(r"(pk_(?:live|test)_[a-z0-9]{8})_[A-Za-z0-9_-]{43,100}", re.ASCII)


USED_EVERY = "interval '5 minutes'"  # how often a key's last use is written
FROM_HERE = "(cardinality(addresses) = 0 OR %(address)s::inet <<= ANY (addresses::cidr[]))"
# Counts a share of requests, and notes the use, of a key that may be used: see api.limits.
COUNT = f"""
WITH sound AS (
    SELECT id, coalesce(requests_a_minute, %(most)s::int) AS most FROM registry_apikey
    WHERE %(counts)s::boolean AND prefix = %(prefix)s::text AND secret_hash = %(hash)s::text
        AND revoked_at IS NULL AND (expires_at IS NULL OR expires_at > {clock.NOW})
        AND {FROM_HERE}
), used AS (
    UPDATE registry_apikey key
    SET last_used_at = {clock.NOW}, last_used_from = %(address)s::inet
    FROM sound
    WHERE key.id = sound.id AND (last_used_at IS NULL
        OR last_used_at < {clock.NOW} - {USED_EVERY}
        OR last_used_from IS DISTINCT FROM %(address)s::inet)
), counted AS (
    INSERT INTO registry_keywindow AS earlier (key_id, began_at, taken)
    SELECT id, date_trunc('minute', clock_timestamp()), greatest(1, most / {SHARES}) FROM sound
    ON CONFLICT (key_id) DO UPDATE SET began_at = excluded.began_at,
        taken = excluded.taken + CASE WHEN earlier.began_at = excluded.began_at
            THEN earlier.taken ELSE 0 END
    RETURNING taken, began_at
)"""
READ = f"""
SELECT {select_columns("key", ApiKey)}, {select_columns("jurisdiction", Jurisdiction)},
    {select_columns("organization", Organization)},
    {clock.NOW}, {FROM_HERE}, {{taken}}
FROM registry_apikey key
JOIN registry_jurisdiction jurisdiction ON jurisdiction.id = key.jurisdiction_id
LEFT JOIN registry_organization organization ON organization.id = key.organization_id
{{joined}}
WHERE key.prefix = %(prefix)s::text
"""
TAKEN = f"taken, extract(epoch FROM began_at - clock_timestamp()) + {WINDOW_S}"
WITH_PREFIX = Statement(COUNT + READ.format(taken=TAKEN, joined="LEFT JOIN counted ON true"))
# For a database that takes no writes.
UNCOUNTED = Statement(READ.format(taken="NULL, NULL", joined=""))
NO_WRITES = (READ_ONLY_SQL_TRANSACTION, DISK_FULL)


class ApiKeyAuthentication(BaseAuthentication):
    """Turns a valid key into `request.actor`; `request.auth` is the key itself."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        scheme, _space, credential = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        http = portal_request(request._request)
        found = _found(credential.strip().decode("latin-1"), _address(http))
        share = _spend(found.key)
        http.answer_headers = share.headers | _notice(found)
        http.actor = Actor.program(found.key)
        return None, found.key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


class TooManyRequests(APIException):
    status_code = 429
    default_code = "too_many_requests"
    default_detail = _("This key has sent more requests than it may in a minute.")

    def __init__(self, share: Share) -> None:
        super().__init__()
        self.retry_after, self.answer_headers = share.wait_s, share.headers


@dataclass(frozen=True)
class FoundKey:
    key: ApiKey
    at: datetime
    is_from_here: bool  # whether its list of addresses has the one that it is used from


def _found(text: str, address: str | None) -> FoundKey:
    """Find the key and whether it may be used; whoever lacks the secret learns nothing of it."""
    form = KEY.fullmatch(text)
    found = form and _with_prefix(form[1], hashed(text), address)
    if not found or not hmac.compare_digest(found.key.secret_hash, hashed(text)):
        raise AuthenticationFailed(_("This API key is not known."), code="key_unknown")
    for code, is_so, sentence in (
        ("key_revoked", found.key.revoked_at, _("This API key has been revoked.")),
        ("key_expired", found.key.has_ended(found.at), _("The time of this API key is over.")),
    ):
        if is_so:
            log.warning("key_refused", key=found.key.prefix, reason=code, address=address)
            raise AuthenticationFailed(sentence, code=code)
    if not found.is_from_here:
        log.warning("key_refused", key=found.key.prefix, reason="key_address", address=address)
        sentence = _("This API key may not be used from this address.")
        raise PermissionDenied(sentence, code="key_address")
    return found


def _with_prefix(prefix: str, hash: str, address: str | None) -> FoundKey | None:
    """Read the key, and in the same statement count a share of its requests where one is due."""
    counts = shares.needs_another(prefix)
    rows = _rows({"prefix": prefix, "hash": hash, "address": address, "counts": counts})
    if not rows:
        return None
    values = list(rows[0])
    key: ApiKey = take_row(ApiKey, values)
    key.jurisdiction = take_row(Jurisdiction, values)
    key.organization = take_row(Organization, values)
    row_security.set_firm(key.organization_id)
    at, is_from_here, taken, ends_in_s = values
    if taken is not None:
        shares.add(prefix, taken=taken, limit=_limit(key), ends_in_s=float(ends_in_s))
        note_key_place(key, address or "")
    return FoundKey(key, at, is_from_here)


def _rows(values: dict[str, Any]) -> list[tuple[Any, ...]]:
    values |= clock.parameters()
    try:
        return WITH_PREFIX.rows(values | {"most": settings.API_REQUESTS_A_MINUTE})
    except (InternalError, OperationalError) as error:
        if getattr(error.__cause__, "pgcode", None) not in NO_WRITES:
            raise
        return UNCOUNTED.rows(values)


def _spend(key: ApiKey) -> Share:
    """Take one request of the key's minute. Raises TooManyRequests."""
    if shares.needs_another(key.prefix):  # the database counts nothing now
        shares.add_uncounted(key.prefix, limit=_limit(key))
    is_granted, share = shares.spend(key.prefix)
    if not is_granted:
        raise TooManyRequests(share)
    return share


def _limit(key: ApiKey) -> int:
    return key.requests_a_minute or int(settings.API_REQUESTS_A_MINUTE)


def _notice(found: FoundKey) -> dict[str, str]:
    """Tell a program in time that its key will expire."""
    if not found.key.expires_soon(found.at):
        return {}
    assert found.key.expires_at
    return {"Key-Expires": found.key.expires_at.isoformat(timespec="seconds")}


def _address(http: HttpRequest) -> str | None:
    """The visitor's address; None behind a socket in the file system, or where it is none."""
    try:
        address = ip_address(http.META.get("REMOTE_ADDR", ""))
    except ValueError:
        return None
    return str((isinstance(address, IPv6Address) and address.ipv4_mapped) or address)


class HasScope(BasePermission):
    """Reads from the view what a key needs.

    `scopes` gives for each method the scopes of which any one will do; none means any valid
    key. A scope that means nothing for the key's owner, such as `buy` for the authority, opens
    nothing. `authority = True` shuts out the keys of firms, `firm = True` those of the authority.
    A method without an entry is shut.
    """

    message = _("This API key may not do this.")
    code = "scope_missing"

    def has_permission(self, request: Request, view: "APIView") -> bool:
        key = request.auth
        if not isinstance(key, ApiKey) or not _is_open_to(view, key):
            return False
        method = str(request.method)
        if method.lower() not in view.http_method_names:
            return True  # 405 is the better answer
        wanted = getattr(view, "scopes", {}).get("GET" if method == "HEAD" else method)
        if wanted is None:  # no handler: here, too
            return not hasattr(view, method.lower())
        return not wanted or not key.opens.isdisjoint(wanted)


def _is_open_to(view: "APIView", key: ApiKey) -> bool:
    is_firm = key.organization_id is not None
    shut = "authority" if is_firm else "firm"
    return not getattr(view, shut, False)
