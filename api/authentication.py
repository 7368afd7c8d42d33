"""Programs sign in with a key: `Authorization: Bearer pk_live_<8 public>_<secret>`."""

import hmac
import re
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from database import row_security
from database.statements import Statement, select_columns, take_row
from registry.actors import Actor
from registry.http import portal_request
from registry.models import ApiKey, Jurisdiction, Organization
from registry.operations.keys import hashed

if TYPE_CHECKING:  # DRF loads this module while it loads its views
    from rest_framework.views import APIView

KEY = re.compile(r"(pk_(?:live|test)_[a-z0-9]{8})_[A-Za-z0-9_-]{43,100}", re.ASCII)


# It also sets the firm whose rows the database shows from here on.
WITH_PREFIX = Statement(f"""
SELECT {select_columns("key", ApiKey)}, {select_columns("jurisdiction", Jurisdiction)},
    {select_columns("organization", Organization)},
    set_config('{row_security.FIRM}', coalesce(key.organization_id::text, ''), %(is_short)s)
FROM registry_apikey key
JOIN registry_jurisdiction jurisdiction ON jurisdiction.id = key.jurisdiction_id
LEFT JOIN registry_organization organization ON organization.id = key.organization_id
WHERE key.prefix = %(prefix)s
""")


class ApiKeyAuthentication(BaseAuthentication):
    """Turns a valid key into `request.actor`; `request.auth` is the key itself."""

    def authenticate(self, request: Request) -> tuple[None, ApiKey] | None:
        scheme, _space, credential = get_authorization_header(request).partition(b" ")
        if scheme.lower() != b"bearer":
            return None
        key = _key(credential.strip().decode("latin-1"))
        portal_request(request._request).actor = Actor.program(key)
        return None, key

    def authenticate_header(self, request: Request) -> str:
        return "Bearer"


def _key(text: str) -> ApiKey:
    form = KEY.fullmatch(text)
    key = form and _with_prefix(form[1])
    if not key or not hmac.compare_digest(key.secret_hash, hashed(text)):
        raise AuthenticationFailed(_("This API key is not known."), code="key_unknown")
    if key.revoked_at:
        raise AuthenticationFailed(_("This API key has been revoked."), code="key_revoked")
    return key


def _with_prefix(prefix: str) -> ApiKey | None:
    rows = WITH_PREFIX.rows({"prefix": prefix, "is_short": row_security.ends_with_statement()})
    if not rows:
        return None
    values = list(rows[0])
    key: ApiKey = take_row(ApiKey, values)
    key.jurisdiction = take_row(Jurisdiction, values)
    key.organization = take_row(Organization, values)
    row_security.keep_firm(key.organization_id)
    return key


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
