"""Every page by every role and owner. A route that is missing here fails the build."""

import re
from collections.abc import Callable, Iterator
from typing import Any
from uuid import UUID

import pytest
from django.db import transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from precursors.models import Precursor
from registry import operations
from registry.actors import Actor
from registry.models import (
    ApiKey,
    Jurisdiction,
    Membership,
    Organization,
)
from registry.models.people import Role
from registry.operations import recoveries
from tests import cast
from tests.cast import Firm, kg

# The buyer and the vendor of the rows, two firms that have no part in them, the buyer's dealer,
# who manages nobody, and the authority's people, the last one in another jurisdiction.
ROLES = (
    "anonymous",
    "buyer",
    "vendor",
    "rival_buyer",
    "rival_vendor",
    "dealer",
    "officer",
    "inspector",
    "elsewhere",
)
ANYBODY = "ok ok ok ok ok ok ok ok ok"
SIGNED_IN = "login ok ok ok ok ok ok ok ok"
FIRM = "login ok ok ok ok ok 403 403 403"
BUYER_OF_ROW = "login ok 404 404 404 ok 403 403 403"
VENDOR_OF_ROW = "login 404 ok 404 404 404 403 403 403"
OFFICER = "login 403 403 403 403 403 ok 403 ok"
OFFICER_OF_ROW = "login 403 403 403 403 403 ok 403 404"
MANAGER = "login ok ok ok ok 403 ok 403 ok"
MANAGER_OF_ROW = "login ok 404 404 404 403 ok 403 404"
OF_A_FACTOR = "login 404 404 404 404 404 404 404 404"  # nobody of the cast has any

OF_ACCOUNT = (SIGNED_IN, OF_A_FACTOR)

MATRIX = {
    "home": ANYBODY,
    "favicon": ANYBODY,
    "account_login": ANYBODY,
    "account_logout": ANYBODY,
    "account_sessions": SIGNED_IN,
    "account_inactive": ANYBODY,
    "account_signup": ANYBODY,
    "account_reauthenticate": SIGNED_IN,
    "account_change_password": SIGNED_IN,
    "account_set_password": SIGNED_IN,
    "account_reset_password": ANYBODY,
    "account_reset_password_done": ANYBODY,
    "account_reset_password_from_key": ANYBODY,
    "account_reset_password_from_key_done": ANYBODY,
    "mfa_index": SIGNED_IN,
    "mfa_authenticate": SIGNED_IN,
    "mfa_reauthenticate": SIGNED_IN,
    "mfa_activate_totp": SIGNED_IN,
    "mfa_add_webauthn": SIGNED_IN,
    "mfa_edit_webauthn": OF_A_FACTOR,
    "mfa_remove_webauthn": OF_A_FACTOR,
    "mfa_login_webauthn": SIGNED_IN,
    "mfa_reauthenticate_webauthn": SIGNED_IN,
    "mfa_deactivate_totp": OF_A_FACTOR,
    "mfa_view_recovery_codes": OF_A_FACTOR,
    "mfa_generate_recovery_codes": SIGNED_IN,
    "mfa_download_recovery_codes": OF_A_FACTOR,
    "session": "401 ok ok ok ok ok ok ok ok",
    "set_language": ANYBODY,
    "api_docs": ANYBODY,
    "register:firms": OFFICER,
    "register:firm_new": OFFICER,
    "register:firm": OFFICER_OF_ROW,
    "register:license_new": OFFICER_OF_ROW,
    "register:site_new": OFFICER_OF_ROW,
    "register:vehicle_new": OFFICER_OF_ROW,
    "register:driver_new": OFFICER_OF_ROW,
    "register:firm_invite": OFFICER_OF_ROW,
    "register:permit_new": OFFICER_OF_ROW,
    "register:license_suspend": OFFICER_OF_ROW,
    "register:license_reinstate": OFFICER_OF_ROW,
    "register:approvals": OFFICER,
    "register:proposal": OFFICER_OF_ROW,
    "register:permit": OFFICER,  # where a proposal was before: leads to where it is
    "register:product_version": OFFICER,
    "register:amendment": OFFICER,
    "register:resume_issuing": OFFICER,
    "register:places": FIRM,
    "register:place": MANAGER_OF_ROW,
    "register:place_amend": MANAGER_OF_ROW,
    "register:place_retire": MANAGER_OF_ROW,
    "register:people": MANAGER,
    "register:invite": MANAGER,
    "register:keys": MANAGER,
    "register:key_end": MANAGER_OF_ROW,
    "register:member_end": MANAGER_OF_ROW,
    "register:member_recover": MANAGER_OF_ROW,
    "register:recovery": ANYBODY,  # who has the link
    "register:lost": ANYBODY,
    "register:member_sign_out": MANAGER_OF_ROW,
    "register:invitation": ANYBODY,  # who has the link
    "register:membership": SIGNED_IN,
    "officer:queue": OFFICER,
    "officer:access": OFFICER,
    "officer:case": OFFICER_OF_ROW,
    "officer:pending": OFFICER,
    "officer:decide": OFFICER_OF_ROW,
    "officer:authorizations": OFFICER,
    "officer:authorization": OFFICER_OF_ROW,
    "officer:revoke": OFFICER_OF_ROW,
    "officer:release": OFFICER_OF_ROW,
    "officer:agree": OFFICER_OF_ROW,
    "officer:confirm_claim": OFFICER_OF_ROW,
    "officer:license_revoke": OFFICER_OF_ROW,
    # A draft is kept in the session of who writes it: under its address others find a new one.
    "buyer:request": FIRM,
    "buyer:request_product": FIRM,
    "buyer:request_quantity": FIRM,
    "buyer:request_vendor": FIRM,
    "buyer:request_delivery": FIRM,
    "buyer:request_check": FIRM,
    "buyer:purchases": FIRM,
    "buyer:purchases_csv": FIRM,
    "buyer:purchase": BUYER_OF_ROW,
    "buyer:confirmation": BUYER_OF_ROW,
    "buyer:cancel": BUYER_OF_ROW,
    "buyer:receipt": BUYER_OF_ROW,
    "buyer:correct_receipt": BUYER_OF_ROW,
    "buyer:not_mine": BUYER_OF_ROW,
    "seller:counter": FIRM,
    "seller:codes": FIRM,
    "seller:code": VENDOR_OF_ROW,
    "seller:record": VENDOR_OF_ROW,
    "seller:not_sold": VENDOR_OF_ROW,
    "seller:sales": FIRM,
    "seller:record_codeless": FIRM,
    "seller:sale": VENDOR_OF_ROW,
    "seller:sale_status": VENDOR_OF_ROW,
    "seller:correct": VENDOR_OF_ROW,
    "seller:void": VENDOR_OF_ROW,
}
# Of programs there is another matrix; the demo's are there in demo mode alone; of operators below.
OTHERS = ("api:", "demo:", "admin:")
PROBES = {"healthz", "readyz", "metrics"}
DRAFT = UUID("0193a0a0-0000-7000-8000-00000000d7af")
NOBODYS = UUID("0193a0a0-0000-7000-8000-000000000000")

Rows = dict[str, Any]
Browsers = dict[str, Client]


def routes(patterns: Any = None, spaces: tuple[str, ...] = ()) -> Iterator[tuple[str, URLPattern]]:
    """Every route of the portal under its name."""
    for entry in patterns or get_resolver().url_patterns:
        if isinstance(entry, URLResolver):
            inner = (*spaces, entry.namespace) if entry.namespace else spaces
            yield from routes(entry.url_patterns, inner)
        else:
            yield ":".join([*spaces, entry.name or str(entry.pattern)]), entry


def test_every_route_is_in_the_matrix() -> None:
    assert {name for name, _ in routes() if not name.startswith(OTHERS)} - PROBES == set(MATRIX)


# The world -----------------------------------------------------------------------------------


@pytest.fixture
def browsers(
    visit: Callable[[Actor], Client],
    jurisdiction: Jurisdiction,
    buyer: Firm,
    vendor: Firm,
    rival: Firm,
    regulator: Actor,
    inspector: Actor,
) -> Browsers:
    sandbox = Jurisdiction.objects.get(code="PE-TEST")
    people = {
        "buyer": buyer.actor,
        "vendor": vendor.actor,
        "rival_buyer": cast.firm(14, "Ajena", email="celia@rival.example", by=regulator).actor,
        "rival_vendor": rival.actor,
        "dealer": cast.person(jurisdiction, "dora@buyer.example", Role.DEALER, buyer.organization),
        "officer": regulator,
        "inspector": inspector,
        "elsewhere": cast.person(sandbox, "sam@sandbox.example", Role.OFFICER),
    }
    return {"anonymous": Client(), **{role: visit(by) for role, by in people.items()}}


@pytest.fixture
def rows(flagged: Any, ask: Any, buyer: Firm, regulator: Actor, settings: Any) -> Rows:
    """What the address of each page names: rows of the buyer and the vendor."""
    settings.DEMO_MODE = False
    flag, waiting = flagged(), ask("6000")
    license, firm = buyer.license, buyer.organization
    raised = operations.grant_permit(
        license=license,
        precursor=Precursor.objects.get(code="acetone"),
        activity="buy",
        limit=kg("20000"),
        period="month",
        by=regulator,
    )
    operations.suspend_license(license, reason="Books", by=regulator)
    same = {"name": buyer.site.name, "address": buyer.site.address, "by": regulator}
    operations.amend_site(buyer.site, storage_limit=kg("90000"), **same)
    larger = operations.amend_site(buyer.site, storage_limit=kg("99000"), **same)
    link = cast.invited(
        email="new@buyer.example", role=Role.DEALER, organization=firm, by=regulator
    )
    of_code = "authorization revoke release purchase confirmation cancel code record not_sold"
    of_sale = "agree confirm_claim receipt correct_receipt not_mine sale sale_status correct void"
    of_license = "permit_new license_suspend license_reinstate license_revoke"
    of_firm = "firm license_new site_new vehicle_new driver_new firm_invite"
    return {
        **dict.fromkeys(of_code.split(), flag.authorization.uuid),
        **dict.fromkeys(of_sale.split(), flag.sale.uuid),
        **dict.fromkeys(of_license.split(), license.uuid),
        **dict.fromkeys(of_firm.split(), firm.uuid),
        "case": flag.uuid,
        "decide": waiting.uuid,
        **dict.fromkeys(["proposal", "permit"], raised.uuid),
        "product_version": raised.uuid,
        "amendment": larger.uuid,
        **dict.fromkeys(["place", "place_amend", "place_retire"], ("site", buyer.site.uuid)),
        "key_end": key_of(firm).prefix,
        "member_sign_out": Membership.objects.get(user=buyer.actor.user).pk,
        "member_end": Membership.objects.get(user=buyer.actor.user).pk,
        "member_recover": Membership.objects.get(user=buyer.actor.user).pk,
        "recovery": recovery_link(buyer, regulator),
        **dict.fromkeys(["mfa_edit_webauthn", "mfa_remove_webauthn"], 1),
        "invitation": link.rstrip("/").rsplit("/", 1)[1],
    }


def key_of(firm: Organization) -> ApiKey:
    return operations.issue_api_key(
        jurisdiction=firm.jurisdiction, organization=firm, name="ERP", scopes=["buy"]
    )[0]


def recovery_link(firm: Firm, by: Actor) -> str:
    """Of a person of a firm of its own, so that nobody else is written to."""
    dealer = cast.person(by.jurisdiction, "lost@buyer.example", Role.DEALER, firm.organization)
    member = Membership.objects.get(user=dealer.user)
    recovery = operations.ask_recovery(member, reason="Lost", by=firm.actor)
    return recoveries.token_of(recovery)


def address(name: str, rows: Rows) -> str:
    short = name.rpartition(":")[2]
    if short.startswith("request_"):
        return reverse(name, args=[DRAFT])
    if short == "account_reset_password_from_key":
        return reverse(name, args=["1", "x-y"])
    named = rows.get(short, ())
    return reverse(name, args=named if isinstance(named, tuple) else [named])


def outcome(answer: Any) -> str:
    """What an answer lets somebody do: the word that stands in the matrix."""
    if answer.status_code == 302 and answer["Location"].startswith("/accounts/login/"):
        return "login"
    return "ok" if answer.status_code in (200, 204, 302, 409, 422) else str(answer.status_code)


@pytest.fixture
def send(browsers: Browsers) -> Callable[..., Any]:
    """Open or send a page; whatever that did is undone."""

    def send(role: str, method: str, at: str) -> Any:
        browser = browsers[role]
        cookies = browser.cookies.copy()
        with transaction.atomic():
            answer = getattr(browser, method)(at)
            transaction.set_rollback(True)
        browser.cookies = cookies
        return answer

    return send


# Who may -------------------------------------------------------------------------------------


def test_who_may_open_which_page(send: Callable[..., Any], rows: Rows) -> None:
    found = {
        name: " ".join(outcome(send(role, "get", address(name, rows))) for role in ROLES)
        for name in MATRIX
    }
    assert found == MATRIX


def test_who_has_left_opens_what_is_open_to_everybody_and_no_more(
    send: Callable[..., Any],
    browsers: Browsers,
    rows: Rows,
    visit: Callable[[Actor], Client],
    jurisdiction: Jurisdiction,
    buyer: Firm,
    regulator: Actor,
) -> None:
    """A session of before is worth nothing once the membership has ended."""
    left = cast.person(jurisdiction, "lea@left.example", Role.MANAGER, buyer.organization)
    browsers["left"] = visit(left)
    assert browsers["left"].get("/keys/").status_code == 200
    operations.end_membership(Membership.objects.get(user=left.user), by=regulator)
    for name, words in MATRIX.items():
        said = outcome(send("left", "get", address(name, rows)))
        stranger = words.split()[0]  # whom ending the membership may have made of them
        own = stranger != "login" or words in OF_ACCOUNT
        assert said in (("ok", "404", "login", stranger) if own else ("403", "login")), name


def test_a_suspended_license_hides_nothing_of_ones_own(
    send: Callable[..., Any], rows: Rows, buyer: Firm
) -> None:
    """`rows` has suspended the buyer's; what it may not do is refused when it is tried."""
    buyer.license.refresh_from_db()
    assert buyer.license.standing == "suspended"
    for name, words in MATRIX.items():
        assert outcome(send("buyer", "get", address(name, rows))) == words.split()[1], name


def test_nobody_acts_on_a_page_that_is_shut(send: Callable[..., Any], rows: Rows) -> None:
    """One of each kind of shut door: those who share it were told apart above."""
    for name, words in MATRIX.items():
        doors = dict(zip(reversed(words.split()), reversed(ROLES), strict=True))
        for word, role in doors.items():
            if word != "ok":
                said = outcome(send(role, "post", address(name, rows)))
                assert said in (word, "405"), (name, role)


def test_a_strangers_row_is_answered_like_none(send: Callable[..., Any], rows: Rows) -> None:
    """Nothing tells it from a row that is not there but the address that was asked for."""
    none = {short: _nobodys(row) for short, row in rows.items()}
    for name, words in MATRIX.items():
        if name.rpartition(":")[2] in rows and "404" in words:
            role = ROLES[words.split().index("404")]
            pages = [_anonymous(send(role, "get", address(name, each))) for each in (rows, none)]
            assert pages[0] == pages[1], (name, role)


def _nobodys(row: Any) -> Any:
    if isinstance(row, tuple):
        return (row[0], NOBODYS)
    return 0 if isinstance(row, int) else NOBODYS


def _anonymous(answer: Any) -> str:
    """A page without the request's number and the address it was asked for."""
    named = answer.content.decode().replace(answer.headers["X-Request-ID"], "")
    return re.sub(r'value="[^"]*"', "", named.replace(answer.wsgi_request.path, ""))


@pytest.mark.parametrize("role", ["rival_buyer", "rival_vendor", "elsewhere"])
def test_no_list_names_anything_of_a_strangers(
    role: str, send: Callable[..., Any], rows: Rows, buyer: Firm, vendor: Firm
) -> None:
    secrets = {str(row) for row in rows.values() if isinstance(row, UUID)} | {
        *(buyer.organization.tax_id, buyer.organization.name, buyer.license.number),
        *(vendor.organization.tax_id, vendor.organization.name, vendor.license.number),
        *(buyer.vehicle.plate, buyer.site.name, "berta@buyer.example", "nora@authority.example"),
    }
    for name in MATRIX:
        if name.rpartition(":")[2] not in rows and name not in ("api_docs", "set_language"):
            answer = send(role, "get", address(name, rows))
            text = b"".join(answer).decode()
            assert not [secret for secret in secrets if secret in text], name


# Operators -----------------------------------------------------------------------------------


def admin_addresses() -> Iterator[str]:
    for name, route in routes():
        if name.startswith("admin:") and route.name:
            wanted = ["registry"] if route.name == "app_list" else ["1"]
            holes = len(re.findall(r"<\w+", str(route.pattern)))
            yield reverse(name, args=(wanted * 2)[:holes])


@pytest.mark.parametrize(
    "role", ["anonymous", "buyer", "dealer", "inspector", "officer", "elsewhere"]
)
def test_nobody_but_an_operator_enters_the_admin(role: str, send: Callable[..., Any]) -> None:
    found = {at: send(role, "get", at) for at in admin_addresses()}
    assert len(found) > 80
    for at, answer in found.items():
        if at != "/admin/logout/":
            led_away = answer.status_code == 302 and "/login/" in answer["Location"]
            assert led_away or answer.status_code in (403, 405), at
