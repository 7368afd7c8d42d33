"""Every route by every role, scope and owner. A route that is missing here fails the build."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction

from api import urls
from api.endpoint import Endpoint
from oversight import worker
from registry import clock, operations
from registry.actors import Actor
from registry.models import ApiKey, Jurisdiction, Organization
from registry.models.people import Scope
from registry.operations import KeyTerms
from tests.api.conftest import AUTHORITY_SCOPES, FIRM_SCOPES, program
from tests.api.programs import Program
from tests.cast import Firm
from tests.registry.proposing import proposed

# Of one authorization, its sale and its flag: the authority, its buyer, its vendor, a firm that
# has no part in it, the buyer's key without a scope, and another jurisdiction's authority.
ROLES = ("authority", "buyer", "vendor", "stranger", "scopeless", "elsewhere")
ANY = "ok ok ok ok ok ok"
AUTHORITY = "ok 403 403 403 403 ok"
AUTHORITY_OF_ROW = "ok 403 403 403 403 404"
BUYER_OF_ROW = "403 ok 404 404 403 403"
VENDOR_OF_ROW = "403 404 ok 404 403 403"
FIRM = "403 ok ok ok 403 403"
PARTY_OF_ROW = "ok ok ok 404 403 404"
OWN = "ok ok ok ok 403 ok"
OWNER_OF_ROW = "ok ok 404 404 403 404"  # the buyer's

MATRIX = {
    "GET me": ANY,
    "GET precursors": ANY,
    "GET precursor": ANY,
    "GET products": ANY,
    "POST products": AUTHORITY,
    "GET product": ANY,
    "GET product_versions": ANY,
    "POST product_versions": AUTHORITY,
    "GET organizations": OWN,
    "GET organization": OWNER_OF_ROW,
    "POST organizations": AUTHORITY,
    "GET licenses": OWN,
    "GET license": OWNER_OF_ROW,
    "POST licenses": AUTHORITY,
    "POST suspend": AUTHORITY_OF_ROW,
    "POST reinstate": AUTHORITY_OF_ROW,
    "POST revoke_license": AUTHORITY_OF_ROW,
    "GET permits": OWN,
    "GET permit": OWNER_OF_ROW,
    "POST permits": AUTHORITY,
    "GET sites": OWN,
    "GET site": OWNER_OF_ROW,
    "POST sites": AUTHORITY,
    "POST end_site": AUTHORITY_OF_ROW,
    "POST amend_site": AUTHORITY_OF_ROW,  # a firm's key needs a scope of its own
    "GET vehicles": OWN,
    "GET vehicle": OWNER_OF_ROW,
    "POST vehicles": AUTHORITY,
    "POST end_vehicle": AUTHORITY_OF_ROW,
    "POST amend_vehicle": AUTHORITY_OF_ROW,
    "GET proposals": AUTHORITY,
    "GET proposal": AUTHORITY_OF_ROW,
    "GET headroom": FIRM,
    "GET authorizations": OWN,
    "POST authorizations": FIRM,
    "GET authorization": PARTY_OF_ROW,
    "POST cancel": BUYER_OF_ROW,
    "POST issue": AUTHORITY_OF_ROW,
    "POST refuse": AUTHORITY_OF_ROW,
    "POST revoke": AUTHORITY_OF_ROW,
    "POST not_sold": VENDOR_OF_ROW,
    "POST release": AUTHORITY_OF_ROW,
    "POST code_sales": VENDOR_OF_ROW,
    "GET sales": OWN,
    "POST sales": FIRM,
    "GET sale": PARTY_OF_ROW,
    "POST correction": VENDOR_OF_ROW,
    "POST void": VENDOR_OF_ROW,
    "POST agree": AUTHORITY_OF_ROW,
    "POST confirm_claim": AUTHORITY_OF_ROW,
    "POST receipt": BUYER_OF_ROW,
    "POST receipt_correction": BUYER_OF_ROW,
    "GET flags": AUTHORITY,
    "GET flag": AUTHORITY_OF_ROW,
    "POST review": AUTHORITY_OF_ROW,
}
REGISTER = "registry:read registry:write registry:grant buy sell carry"
TRADE = "trade:read buy sell"
FLAGGED = f"{TRADE} flags:read flags:review"
# One of these scopes a key must have; those without an entry want any valid key.
SCOPES = {
    "POST products": "registry:write registry:grant",
    "POST product_versions": "registry:write registry:grant",
    "POST organizations": "registry:write registry:grant",
    "POST licenses": "registry:write registry:grant",
    "POST suspend": "registry:write registry:grant",
    "POST reinstate": "registry:write registry:grant",
    "POST revoke_license": "registry:write registry:grant",
    "POST permits": "registry:write registry:grant",
    "POST sites": "registry:write registry:grant",
    "POST end_site": "registry:write registry:grant",
    "POST amend_site": "registry:write registry:grant",
    "POST amend_vehicle": "registry:write registry:grant",
    "POST vehicles": "registry:write registry:grant",
    "POST end_vehicle": "registry:write registry:grant",
    "GET proposals": "registry:read registry:write registry:grant",
    "GET proposal": "registry:read registry:write registry:grant",
    "GET headroom": "buy",
    "POST authorizations": "buy",
    "POST cancel": "buy",
    "POST receipt": "buy",
    "POST receipt_correction": "buy",
    "POST not_sold": "sell",
    "POST code_sales": "sell",
    "POST sales": "sell",
    "POST correction": "sell",
    "POST void": "sell",
    "POST issue": "registry:write",
    "POST refuse": "registry:write",
    "POST revoke": "registry:write",
    "POST release": "registry:write",
    "POST agree": "registry:write",
    "POST confirm_claim": "registry:write",
    **{
        f"GET {one}{many}": REGISTER
        for one in ("organization", "license", "permit", "site", "vehicle")
        for many in ("", "s")
    },
    "GET authorizations": TRADE,
    "GET authorization": FLAGGED,
    "GET sales": TRADE,
    "GET sale": FLAGGED,
    "GET flags": "flags:read flags:review",
    "GET flag": "flags:read flags:review",
    "POST review": "flags:review",
}
# What a scope means in the hands of either; any other opens nothing to them.
BOTH = "track registry:read registry:write trade:read events:read"
MEANT = {
    "authority": f"{BOTH} registry:grant flags:read flags:review",
    "buyer": f"{BOTH} buy sell carry",
}
# The owner's, too, with a scope that the firms above do not have.
OF_OWNERS_TOO = {("buyer", "POST amend_site"), ("buyer", "POST amend_vehicle")}
# A key sees the side of trade that it deals on: to `sell` alone, the buyer's rows are not there.
OTHER_SIDE = {("buyer", "sell", "GET authorization"), ("buyer", "sell", "GET sale")}
LISTS = [row for row in MATRIX if row.startswith("GET ") and row.endswith("s")]


def endpoints() -> dict[str, tuple[str, type[Endpoint]]]:
    """Every method of every endpoint in the URL conf, with its path."""
    found = {}
    for route in urls.urlpatterns:
        view = getattr(route.callback, "cls", None)
        if view is not None:
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                if hasattr(view, method.lower()):
                    found[f"{method} {route.name}"] = (str(route.pattern), view)
    return found


def test_every_route_is_in_the_matrix() -> None:
    assert set(endpoints()) == set(MATRIX)


def test_every_post_obeys_idempotency_keys() -> None:
    for name, (_path, view) in endpoints().items():
        if name.startswith("POST"):
            assert getattr(view.post, "idempotency_key", None), name  # type: ignore[attr-defined]


@pytest.fixture
def programs(
    jurisdiction: Jurisdiction,
    buyer: Firm,
    authority_api: Program,
    buyer_api: Program,
    vendor_api: Program,
    rival_api: Program,
) -> dict[str, Program]:
    sandbox = Jurisdiction.objects.get(code="PE-TEST")
    return {
        "authority": authority_api,
        "buyer": buyer_api,
        "vendor": vendor_api,
        "stranger": rival_api,
        "scopeless": program(jurisdiction, buyer.organization, ["track"]),
        "elsewhere": program(sandbox, None, AUTHORITY_SCOPES),
    }


@pytest.fixture
def rows(
    authority_api: Program,
    code: str,
    sale: dict[str, Any],
    buyer: Firm,
    regulator: Actor,
    letters: Any,
) -> dict[str, dict[str, str]]:
    """What the path of each kind of route names."""
    worker.work_off_duties(batches_max=5)
    flag = authority_api.get("/flags").json()["data"][0]
    return {
        "authorizations": {"<str:code>": code},
        "licenses": {"<path:number>": buyer.license.number},
        "organizations": {"<str:tax_id>": buyer.organization.tax_id},
        "permits": {"<uuid:id>": str(buyer.license.permits.get().uuid)},
        "sites": {"<uuid:id>": str(buyer.site.uuid)},
        "vehicles": {"<str:plate>": buyer.vehicle.plate},
        "sales": {"<uuid:id>": sale["id"]},
        "flags": {"<uuid:id>": flag["id"]},
        "proposals": {"<uuid:id>": str(proposed(buyer.license, regulator).uuid)},
    }


def filled(path: str, rows: dict[str, dict[str, str]]) -> str:
    for kind in ("precursors", "products"):  # nobody's secret
        path = path.replace(f"{kind}/<str:code>", f"{kind}/acetone")
    for part, value in rows.get(path.partition("/")[0], {}).items():
        path = path.replace(part, value)
    return "/" + path


def status(program: Program, row: str, rows: dict[str, dict[str, str]]) -> int:
    """What a program is answered; whatever that did is undone."""
    path = filled(endpoints()[row][0], rows)
    with transaction.atomic():
        answer = (program.get if row.startswith("GET") else program.post)(path)
        transaction.set_rollback(True)
    return int(answer.status_code)


def word(found: int) -> str:
    """What an answer lets a program do: the word that stands in the matrix."""
    return "ok" if found in (200, 201, 409, 422) else str(found)


def test_who_may(programs: dict[str, Program], rows: dict[str, Any]) -> None:
    found = {
        row: " ".join(word(status(programs[role], row, rows)) for role in ROLES) for row in MATRIX
    }
    assert found == MATRIX


def test_each_scope_opens_what_it_says_and_nothing_else(
    jurisdiction: Jurisdiction, buyer: Firm, rows: dict[str, Any]
) -> None:
    """A key of one scope alone, of the authority or of the buyer, where one of all may pass."""
    for scope in Scope.values:
        for whose, organization in (("authority", None), ("buyer", buyer.organization)):
            one = program(jurisdiction, organization, [scope])
            for row in (row for row in MATRIX if MATRIX[row].split()[ROLES.index(whose)] == "ok"):
                found = word(status(one, row, rows))
                assert found == expected(whose, scope, row), (scope, whose, row)


def expected(whose: str, scope: str, row: str) -> str:
    """What a key of one scope is answered, where one of all scopes may pass."""
    if row not in SCOPES:
        return "ok"
    if scope not in SCOPES[row].split() or scope not in MEANT[whose].split():
        return "403"
    return "404" if (whose, scope, row) in OTHER_SIDE else "ok"


def test_no_scope_opens_to_one_what_is_the_others(
    jurisdiction: Jurisdiction, buyer: Firm, rows: dict[str, Any]
) -> None:
    """With every scope there is a firm is no authority, nor the authority a firm."""
    for whose, organization in (("authority", None), ("buyer", buyer.organization)):
        every = program(jurisdiction, organization, Scope.values)
        for row, words in MATRIX.items():
            expects = words.split()[ROLES.index(whose)]
            if (whose, row) in OF_OWNERS_TOO:
                expects = "ok"
            assert word(status(every, row, rows)) == expects, (whose, row)


def test_nobody_may_without_a_key(rows: dict[str, Any]) -> None:
    nobody = Program()
    for row in MATRIX:
        path = filled(endpoints()[row][0], rows)
        response = (nobody.get if row.startswith("GET") else nobody.post)(path)
        assert response.status_code == 401, row
        assert response.headers["WWW-Authenticate"] == "Bearer", row


def test_a_list_names_nothing_of_a_strangers(
    programs: dict[str, Program], rows: dict[str, Any], buyer: Firm, vendor: Firm
) -> None:
    """Neither the firm beside it nor another jurisdiction's authority reads one of its names."""
    secrets = [
        *(value for names in rows.values() for value in names.values()),
        buyer.organization.tax_id,
        vendor.organization.tax_id,
        str(buyer.site.uuid),
        buyer.vehicle.plate,
    ]
    for row in LISTS:
        path = filled(endpoints()[row][0], rows)
        for role in ("stranger", "elsewhere"):
            text = programs[role].get(path).content.decode()
            assert not [secret for secret in secrets if secret in text], (row, role)


def test_the_answers_to_a_stranger_are_those_to_nobody(
    programs: dict[str, Program], rows: dict[str, Any]
) -> None:
    """A row of somebody else's is told from no row by nothing but the request's number."""
    unknown = {
        "authorizations": {"<str:code>": "0000-0000-0000"},
        "licenses": {"<path:number>": "L-9999"},
        "organizations": {"<str:tax_id>": "20999999999"},
        "permits": {"<uuid:id>": "00000000-0000-7000-8000-000000000000"},
        "sites": {"<uuid:id>": "00000000-0000-7000-8000-000000000000"},
        "vehicles": {"<str:plate>": "ZZZ999"},
        "sales": {"<uuid:id>": "00000000-0000-7000-8000-000000000000"},
        "flags": {"<uuid:id>": "00000000-0000-7000-8000-000000000000"},
        "proposals": {"<uuid:id>": "00000000-0000-7000-8000-000000000000"},
    }
    for row, (path, _view) in endpoints().items():
        send = programs["stranger"].get if row.startswith("GET") else programs["stranger"].post
        answers = [send(filled(path, names)).json() for names in (rows, unknown)]
        for answer in answers:
            answer.pop("request_id", None)
        assert answers[0] == answers[1] or "<" not in path, row


def test_a_key_that_has_ended_or_is_elsewhere_opens_nothing(
    jurisdiction: Jurisdiction,
    buyer: Firm,
    rows: dict[str, Any],
    later: Callable[[timedelta], None],
) -> None:
    """Revoked, expired, or used from an address that is not on its list: on no route at all."""

    def made(scopes: list[str], firm: Organization | None, **terms: Any) -> Program:
        return Program(
            operations.issue_api_key(
                jurisdiction=jurisdiction,
                organization=firm,
                name="Test",
                scopes=scopes,
                terms=KeyTerms(**terms),
            )[1]
        )

    owners = ((AUTHORITY_SCOPES, None), (FIRM_SCOPES, buyer.organization))
    revoked = [made(scopes, firm) for scopes, firm in owners]
    ApiKey.objects.update(revoked_at=clock.now())
    expired = [made(scopes, firm, days=1) for scopes, firm in owners]
    later(timedelta(days=2))
    moved = [made(scopes, firm, addresses=["192.0.2.7"]) for scopes, firm in owners]
    for keys, answer in ((revoked, "401"), (expired, "401"), (moved, "403")):
        for key in keys:
            for row in MATRIX:
                assert word(status(key, row, rows)) == answer, (row, answer)


def test_a_firm_without_a_license_in_force_still_sees_what_is_its_own(
    programs: dict[str, Program], rows: dict[str, Any], buyer: Firm, regulator: Actor
) -> None:
    """What it may not do is refused by the domain, as a conflict; nothing is hidden from it."""
    operations.suspend_license(buyer.license, reason="Books", by=regulator)
    at = ROLES.index("buyer")
    for row, words in MATRIX.items():
        assert word(status(programs["buyer"], row, rows)) == words.split()[at], row
