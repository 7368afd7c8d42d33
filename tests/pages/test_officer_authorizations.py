"""Any authorization as officers see it, and what they do with it: revoke, release, agree."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client

from authorizations import operations
from authorizations.models import Authorization, Sale, Status
from registry.actors import Actor
from registry.models.firms import Standing
from tests import cast
from tests.cast import Firm
from tests.pages.conftest import Flagged, Visit

Ask = Callable[..., Authorization]
Sell = Callable[..., Sale]


@pytest.fixture
def officer(visit: Visit, regulator: Actor) -> Client:
    return visit(regulator)


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def fresh(authorization: Authorization) -> Authorization:
    return Authorization.objects.get(pk=authorization.pk)


@pytest.fixture
def lowered(ask: Ask, sell: Sell, report: Callable[..., Any], vendor: Firm) -> Sale:
    """A sale of 1,080 kg that the vendor has since corrected to 1,000."""
    sale = sell(ask("1000"), "1080")
    return operations.correct_sale(sale, report("1000"), reason="Slip", by=vendor.actor)


# Finding -------------------------------------------------------------------------------------


def test_an_authorization_is_found_by_its_code_however_it_is_typed(
    officer: Client, ask: Ask
) -> None:
    authorization = ask()
    code = authorization.code_in_fours.lower().replace("-", " ")
    answer = officer.get("/oversight/", {"code": code})
    assert answer.url == f"/oversight/{authorization.uuid}/"
    assert authorization.code_in_fours in text(officer.get("/oversight/"))


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        ("", "Enter this: Code"),
        ("0000-0000-0000", "No authorization has this code"),
        ("7K2M-9QXD-4T8C", "mistyped"),
        ("x" * 41, "at most 40 characters"),
        ("%00", "mistyped"),
    ],
)
def test_a_code_that_finds_nothing_is_told_why(
    officer: Client, jurisdiction: Any, code: str, sentence: str
) -> None:
    assert sentence in text(officer.get("/oversight/", {"code": code}))


def test_everything_about_an_authorization_stands_on_its_page(
    officer: Client, flagged: Flagged
) -> None:
    flag = flagged()
    page = text(officer.get(f"/oversight/{flag.authorization.uuid}/"))
    for part in (
        flag.authorization.code_in_fours,
        "Pinturas Inventadas",
        "More sold than authorized",
        "1,080\u00a0kg",
        "Beyond the code",
        "L-0011",
        "L-0012",
        "Sale recorded",
    ):
        assert part in page


# Acting --------------------------------------------------------------------------------------


def test_an_officer_revokes_a_code_with_a_reason(officer: Client, ask: Ask) -> None:
    authorization = ask()
    page = f"/oversight/{authorization.uuid}/"
    assert f"{page}revoke/" in text(officer.get(page))
    assert "told not to sell" in text(officer.get(f"{page}revoke/"))
    assert officer.post(f"{page}revoke/", {"reason": "Stolen"}).url == page
    assert fresh(authorization).status == Status.REVOKED
    assert "Stolen" in text(officer.get(page))
    assert f"{page}revoke/" not in text(officer.get(page))


def test_what_is_held_is_released_with_a_reason(
    officer: Client, ask: Ask, buyer: Firm, vendor: Firm
) -> None:
    authorization = ask()
    page = f"/oversight/{authorization.uuid}/"
    assert f"{page}release/" not in text(officer.get(page))
    operations.find_to_sell(authorization.code or "", by=vendor.actor)
    operations.cancel(authorization, by=buyer.actor)
    assert fresh(authorization).held_kg > 0
    assert f"{page}release/" in text(officer.get(page))
    assert officer.post(f"{page}release/", {"reason": "Both said so"}).url == page
    assert fresh(authorization).held_kg == 0
    assert f"{page}release/" not in text(officer.get(page))


def test_a_lower_figure_is_agreed_to_with_a_reason(officer: Client, lowered: Sale) -> None:
    authorization = lowered.authorization
    overage = fresh(authorization).overage_kg
    assert overage > 0
    page = f"/oversight/sales/{lowered.uuid}/agree/"
    counted = lowered.root.net_kg.normalize()  # type: ignore[union-attr]
    assert f"booked at {counted:,f} kg" in text(officer.get(page))
    assert officer.post(page, {"reason": "Ticket seen"}).status_code == 302
    assert fresh(authorization).overage_kg == Decimal(0)
    assert "counts at the vendor" in text(officer.post(page, {"reason": "Again"}))


def test_a_sale_without_a_code_is_confirmed_with_a_reason(
    officer: Client, buyer: Firm, vendor: Firm, acetone: Any, report: Callable[..., Any]
) -> None:
    sale = operations.record_uncoded_sale(
        report("40"), buyer=buyer.organization, product=acetone, reason="x", by=vendor.actor
    )
    page, act = (
        f"/oversight/{sale.authorization.uuid}/",
        f"/oversight/sales/{sale.uuid}/confirm/",
    )
    assert act in text(officer.get(page))
    assert "takes nothing of its quota" in text(officer.get(page))
    assert "39.8 kg of substance, of which 0 kg" in text(officer.get(act))
    assert "<title>Error: " in officer.post(act, {"reason": " "}).content.decode()
    assert officer.post(act, {"reason": "Guide seen"}).url == page
    assert fresh(sale.authorization).overage_kg == Decimal("39.8")
    assert act not in text(officer.get(page))
    assert "Sale without a code confirmed" in text(officer.get(page))
    assert "Nothing of this sale is left" in text(officer.post(act, {"reason": "Again"}))


@pytest.mark.parametrize("reason", ["", "   ", "x" * 1001, "a\0b"])
def test_every_act_needs_a_reason_that_can_be_kept(
    officer: Client, ask: Ask, lowered: Sale, reason: str
) -> None:
    live = ask()
    before = fresh(lowered.authorization).version
    for page in (
        f"/oversight/{live.uuid}/revoke/",
        f"/oversight/{lowered.authorization.uuid}/release/",
        f"/oversight/sales/{lowered.uuid}/agree/",
    ):
        assert "<title>Error: " in officer.post(page, {"reason": reason}).content.decode()
    assert fresh(live).status == Status.ISSUED
    assert fresh(lowered.authorization).version == before


def test_what_is_not_possible_is_told_and_keeps_the_reason(
    officer: Client, ask: Ask, buyer: Firm
) -> None:
    ended = ask()
    operations.cancel(ended, by=buyer.actor)
    page = text(officer.post(f"/oversight/{ended.uuid}/revoke/", {"reason": "Stolen"}))
    assert "not possible any more" in page
    assert "Stolen" in page
    live = ask()
    page = text(officer.post(f"/oversight/{live.uuid}/release/", {"reason": "Early"}))
    assert "still live" in page


# Revoking a license --------------------------------------------------------------------------


def test_revoking_a_license_tells_first_how_many_codes_end_and_ends_them(
    officer: Client, ask: Ask, buyer: Firm
) -> None:
    page = f"/licenses/{buyer.license.uuid}/revoke/"
    assert "No live code stands on it" in text(officer.get(page))
    issued, waiting = ask("1000"), ask("6000")
    assert "2 live codes end with it" in text(officer.get(page))
    answer = officer.post(page, {"reason": "Sold abroad"})
    assert answer.url == f"/firms/{buyer.organization.uuid}/"
    assert fresh(issued).status == Status.REVOKED
    assert fresh(waiting).status == Status.REFUSED
    buyer.license.refresh_from_db()
    assert buyer.license.standing == Standing.REVOKED


def test_the_vendors_license_counts_the_codes_it_was_to_sell_on(
    officer: Client, ask: Ask, vendor: Firm
) -> None:
    ask()
    assert "1 live code ends with it" in text(
        officer.get(f"/licenses/{vendor.license.uuid}/revoke/")
    )


def test_a_license_is_not_revoked_without_a_reason_or_twice(
    officer: Client, ask: Ask, buyer: Firm
) -> None:
    authorization, page = ask(), f"/licenses/{buyer.license.uuid}/revoke/"
    officer.post(page, {"reason": " "})
    assert fresh(authorization).status == Status.ISSUED
    for reason in ("Once", "Twice"):
        officer.post(page, {"reason": reason})
    assert [step.reason for step in buyer.license.steps.all()][1:] == ["Once"]


# Who may -------------------------------------------------------------------------------------


def test_a_firm_and_an_inspector_reach_none_of_it(
    visit: Visit, ask: Ask, lowered: Sale, buyer: Firm, vendor: Firm, inspector: Actor
) -> None:
    live = ask()
    pages = [
        "/oversight/",
        f"/oversight/{live.uuid}/",
        f"/oversight/{live.uuid}/revoke/",
        f"/oversight/{live.uuid}/release/",
        f"/oversight/sales/{lowered.uuid}/agree/",
        f"/licenses/{buyer.license.uuid}/revoke/",
    ]
    for by in (buyer.actor, vendor.actor, inspector):
        browser = visit(by)
        for page in pages:
            assert browser.get(page).status_code == 403
            assert browser.post(page, {"reason": "Mine"}).status_code == 403
    assert fresh(live).status == Status.ISSUED


def test_an_officer_of_elsewhere_finds_nothing(
    visit: Visit, ask: Ask, lowered: Sale, buyer: Firm, jurisdiction: Any
) -> None:
    live = ask()
    sandbox = type(jurisdiction).objects.create(
        code="XX", name="Elsewhere", country="PE", time_zone="UTC", language="en", is_test=True
    )
    stranger = visit(cast.person(sandbox, "sam@elsewhere.example", "officer"))
    for page in (
        f"/oversight/{live.uuid}/",
        f"/oversight/{live.uuid}/revoke/",
        f"/oversight/sales/{lowered.uuid}/agree/",
        f"/licenses/{buyer.license.uuid}/revoke/",
        f"/pending/{live.uuid}/",
    ):
        assert stranger.post(page, {"reason": "Mine"}).status_code == 404
    found = stranger.get("/oversight/", {"code": live.code})
    assert "No authorization has this code" in text(found)
