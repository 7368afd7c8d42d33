"""What became of the buyer's codes: home, one of them, all of them, receipts."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils.timezone import localtime

from authorizations import operations
from authorizations.models import Authorization, Outcome, Receipt, Sale, Status
from precursors.models import Product
from registry import clock
from registry.actors import Actor
from registry.operations import suspend_license
from tests.cast import Firm
from tests.factories import CodeFactory
from tests.pages.dealing import brought, report, request_code, sell, text
from tests.roles import as_owner

pytestmark = pytest.mark.django_db


@pytest.fixture
def code(buyer: Firm, vendor: Firm, acetone: Product) -> Authorization:
    return brought(request_code(buyer, vendor, acetone), vendor)


def arrived(**changes: Any) -> dict[str, Any]:
    now = localtime(clock.now())
    return {
        "outcome": "satisfactory",
        "quantity": "1000",
        "unit": "kg",
        "received_at_0": now.strftime("%Y-%m-%d"),
        "received_at_1": now.strftime("%H:%M"),
        **changes,
    }


# Home ------------------------------------------------------------------------------------------


def test_the_first_time_home_has_one_thing_to_do(visit: Any, buyer: Firm) -> None:
    said = text(visit(buyer.actor).get("/"))
    assert "Request a code before you buy" in said
    assert "10,000 kg free of 10,000 kg" in said


def test_home_shows_open_codes_quotas_and_receipts(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sell(code, vendor, "400")
    said = text(visit(buyer.actor).get("/"))
    assert code.code_in_fours in said
    assert "398 kg used" in said
    assert "597 kg reserved" in said
    assert "Receipts to confirm" in said


def test_a_receipt_to_confirm_names_code_plate_and_guide_as_they_stand_now(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "400", plate="T1A801", guide="T001-7")
    corrected = report(vendor, "400", plate="T2B114", guide="T001-8")
    operations.correct_sale(sale, report=corrected, reason="misread", by=vendor.actor)
    said = text(visit(buyer.actor).get("/")).split("Receipts to confirm")[1]
    due = said.split("Open codes")[0]
    assert code.code_in_fours in due
    assert "T2B-114" in due
    assert "T001-8" in due


def test_an_overdue_receipt_comes_first(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization, later: Callable[[timedelta], None]
) -> None:
    sell(code, vendor)
    later(timedelta(days=6))
    said = text(visit(buyer.actor).get("/"))
    assert "Overdue" in said
    assert "No new code is given until it is confirmed" in said


def test_a_code_whose_time_is_over_is_not_shown_as_open(
    visit: Any, buyer: Firm, code: Authorization, later: Callable[[timedelta], None]
) -> None:
    later(timedelta(hours=73))
    client = visit(buyer.actor)
    assert code.code_in_fours not in text(client.get("/"))
    assert "Expired" in text(client.get(f"/purchases/{code.uuid}/"))


def test_home_says_why_a_suspended_firm_cannot_buy(
    visit: Any, buyer: Firm, regulator: Actor
) -> None:
    suspend_license(buyer.license, reason="An inspection.", by=regulator)
    said = text(visit(buyer.actor).get("/"))
    assert "License L-0011 is suspended" in said
    assert "The authority can lift" in said


def test_a_license_that_ends_soon_is_to_be_renewed(
    visit: Any, buyer: Firm, later: Callable[[timedelta], None]
) -> None:
    assert "Renew your license" not in text(visit(buyer.actor).get("/"))
    later(timedelta(days=260))
    assert "Renew your license" in text(visit(buyer.actor).get("/"))


def test_each_is_led_to_where_the_work_is(
    client: Any, visit: Any, vendor: Firm, regulator: Actor, inspector: Actor
) -> None:
    assert "Sign in" in text(client.get("/"))
    assert visit(vendor.actor).get("/")["Location"] == "/counter/"
    assert visit(regulator).get("/")["Location"] == "/queue/"
    assert "Nothing to do here yet" in text(visit(inspector).get("/"))


def test_home_asks_the_database_as_often_whatever_there_is(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    client = visit(buyer.actor)
    few = queries(client, "/")
    for _each in range(3):
        sell(brought(request_code(buyer, vendor, acetone, "200"), vendor), vendor, "100")
    assert queries(client, "/") <= few + 1
    assert few <= 20


# One of them -----------------------------------------------------------------------------------


def test_an_authorization_shows_its_state_sales_and_story(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sell(code, vendor, "400")
    said = text(visit(buyer.actor).get(f"/purchases/{code.uuid}/"))
    assert "Issued" in said
    assert "600 kg" in said
    assert "Sale recorded: 400 kg" in said
    assert "Code shown to the vendor" in said


def test_neither_party_sees_a_flag(
    visit: Any, buyer: Firm, vendor: Firm, flagged: Callable[..., Any]
) -> None:
    flag = flagged()
    for by, address in (
        (buyer.actor, f"/purchases/{flag.authorization.uuid}/"),
        (vendor.actor, f"/counter/{flag.authorization.uuid}/"),
        (vendor.actor, f"/sales/{flag.sale.uuid}/"),
    ):
        assert "flag" not in text(visit(by).get(address)).lower()


@pytest.mark.parametrize("page", ["", "code/", "cancel/"])
def test_a_strangers_authorization_is_not_found(
    visit: Any, rival: Firm, vendor: Firm, code: Authorization, page: str
) -> None:
    for by in (rival.actor, vendor.actor):
        assert visit(by).get(f"/purchases/{code.uuid}/{page}").status_code == 404
        assert visit(by).post(f"/purchases/{code.uuid}/{page}").status_code == 404


def test_a_code_is_cancelled_after_a_question_and_only_once(
    visit: Any, buyer: Firm, code: Authorization
) -> None:
    client = visit(buyer.actor)
    page = f"/purchases/{code.uuid}/cancel/"
    assert "Keep the code" in text(client.get(page))
    code.refresh_from_db()
    assert code.status == Status.ISSUED
    client.post(page, {"reason": "Not needed."})
    again = client.post(page, {"reason": "Not needed."}, follow=True)
    code.refresh_from_db()
    assert code.status == Status.CANCELLED
    assert "Not needed." in text(again)


def test_a_pending_code_that_is_sold_already_offers_no_print_and_no_cancel(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    waits = request_code(buyer, vendor, acetone, "6000")
    assert waits.status == Status.PENDING
    client = visit(buyer.actor)
    assert "Cancel the code" in text(client.get(f"/purchases/{waits.uuid}/"))
    sell(brought(waits, vendor), vendor, "6000")
    said = text(client.get(f"/purchases/{waits.uuid}/"))
    assert "Cancel the code" not in said
    assert "print the code" not in said
    paper = client.get(f"/purchases/{waits.uuid}/code/", follow=True)
    assert paper.redirect_chain


def test_what_has_ended_cannot_be_cancelled(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sell(code, vendor)
    response = visit(buyer.actor).post(f"/purchases/{code.uuid}/cancel/", {"reason": ""})
    assert response.status_code == 422
    assert "not possible any more" in text(response)


def test_a_bookmarked_confirmation_shows_the_live_state(
    visit: Any, buyer: Firm, code: Authorization
) -> None:
    page = f"/purchases/{code.uuid}/code/"
    client = visit(buyer.actor)
    assert code.code_in_fours in text(client.get(page))
    operations.cancel(code, by=buyer.actor)
    assert client.get(page)["Location"] == f"/purchases/{code.uuid}/"


def test_a_lower_correction_is_shown_beside_what_is_booked(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "1080")
    pages = {
        f"/purchases/{code.uuid}/": buyer.actor,
        f"/counter/{code.uuid}/": vendor.actor,
    }
    for page, actor in pages.items():
        assert "The vendor now says" not in text(visit(actor).get(page))
    lower = operations.correct_sale(
        sale, report(vendor, "1000"), reason="A wrong reading", by=vendor.actor
    )
    for page, actor in pages.items():
        shown = text(visit(actor).get(page))
        assert "1,080 kg" in shown
        assert "Booked. The vendor now says 1,000 kg" in shown
    shown = text(visit(vendor.actor).get(f"/sales/{lower.uuid}/"))
    assert "Booked at" in shown
    assert "1,080 kg" in shown


# Receipts --------------------------------------------------------------------------------------


def test_a_receipt_is_confirmed_once(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor)
    client = visit(buyer.actor)
    page = f"/purchases/sales/{sale.uuid}/receipt/"
    assert 'name="quantity" value' not in client.get(page).content.decode()
    done = client.post(page, arrived(), follow=True)
    assert "The receipt is confirmed." in text(done)
    assert Receipt.objects.get().quantity_value == 1000
    again = client.post(page, arrived(quantity="5"), follow=True)
    assert "confirmed already" in text(again)
    assert Receipt.objects.count() == 1


def test_after_a_receipt_the_next_is_offered(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    first, second = sell(code, vendor, "400"), sell(code, vendor, "500")
    client = visit(buyer.actor)
    page = "/purchases/sales/{}/receipt/"
    done = client.post(page.format(first.uuid), arrived(quantity="400"), follow=True)
    assert "Confirm the next receipt" in text(done)
    assert page.format(second.uuid) in done.content.decode().split("<h1")[0]
    done = client.post(page.format(second.uuid), arrived(quantity="500"), follow=True)
    assert "Confirm the next receipt" not in text(done)


def test_a_shortage_is_told_with_its_reasons(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor)
    wrong = arrived(quantity="900", outcome="unsatisfactory", reasons=["shortage", "seals"])
    visit(buyer.actor).post(f"/purchases/sales/{sale.uuid}/receipt/", wrong)
    assert Receipt.objects.get().reasons == ["shortage", "seals"]


def test_a_receipt_is_corrected_on_its_page_and_both_are_shown(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor)
    client, page = visit(buyer.actor), f"/purchases/sales/{sale.uuid}/receipt/correction/"
    assert client.get(page)["Location"] == f"/purchases/sales/{sale.uuid}/receipt/"
    wrong = arrived(quantity="900", outcome="unsatisfactory", reasons=["shortage"])
    client.post(f"/purchases/sales/{sale.uuid}/receipt/", wrong)
    assert page in client.get(f"/purchases/{code.uuid}/").content.decode()
    form = client.get(page).context["form"]
    assert form["quantity"].value() is None
    right = arrived(reason="Read the wrong line", token=str(form["token"].value()))
    done = client.post(page, right, follow=True)
    assert "The receipt is corrected." in text(done)
    shown = text(client.get(f"/purchases/{code.uuid}/"))
    for part in ("1,000 kg", "900 kg", "Read the wrong line", "Receipt corrected"):
        assert part in shown
    client.post(page, right)  # a second click
    assert Receipt.objects.count() == 2


def test_a_receipt_that_is_final_says_so(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization, later: Callable[[timedelta], None]
) -> None:
    sale = sell(code, vendor)
    client, page = visit(buyer.actor), f"/purchases/sales/{sale.uuid}/receipt/correction/"
    client.post(f"/purchases/sales/{sale.uuid}/receipt/", arrived())
    token = str(client.get(page).context["form"]["token"].value())
    later(timedelta(days=6))
    assert page not in client.get(f"/purchases/{code.uuid}/").content.decode()
    answer = client.post(page, arrived(reason="Slip", token=token))
    assert "can be corrected for 5 days" in text(answer)
    assert Receipt.objects.count() == 1


def test_a_quantity_that_contradicts_the_outcome_is_asked_about_once(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "450")
    client, page = visit(buyer.actor), f"/purchases/sales/{sale.uuid}/receipt/"
    assert "The vendor sold 450 kg." in text(client.get(page))
    asked = client.post(page, arrived(quantity="900"))
    assert "450 kg of product more" in text(asked)
    said = {"asked": asked.context["form"].data["asked"], "sure": "on"}
    other = client.post(page, arrived(quantity="90", **said))
    assert "360 kg of product less" in text(other)
    assert not Receipt.objects.exists()
    client.post(page, arrived(quantity="900", **said))
    assert Receipt.objects.get().quantity_value == 900


@pytest.mark.parametrize(
    ("quantity", "outcome", "reasons"),
    [
        ("1004", "satisfactory", []),
        ("900", "unsatisfactory", ["shortage"]),
        ("1100", "unsatisfactory", ["excess", "damage"]),
        ("400", "partly_refused", ["damage"]),
    ],
)
def test_a_difference_within_tolerance_or_explained_is_not_asked_about(
    visit: Any,
    buyer: Firm,
    vendor: Firm,
    code: Authorization,
    quantity: str,
    outcome: str,
    reasons: list[str],
) -> None:
    sale = sell(code, vendor)
    told = arrived(quantity=quantity, outcome=outcome, reasons=reasons)
    visit(buyer.actor).post(f"/purchases/sales/{sale.uuid}/receipt/", told)
    assert Receipt.objects.get().outcome == outcome


@pytest.mark.parametrize(
    ("quantity", "outcome", "reasons"),
    [
        ("1100", "unsatisfactory", ["shortage"]),
        ("9000", "unsatisfactory", ["damage"]),
        ("1100", "partly_refused", []),
    ],
)
def test_a_difference_that_nothing_explains_is_asked_about(
    visit: Any,
    buyer: Firm,
    vendor: Firm,
    code: Authorization,
    quantity: str,
    outcome: str,
    reasons: list[str],
) -> None:
    sale = sell(code, vendor)
    told = arrived(quantity=quantity, outcome=outcome, reasons=reasons)
    answer = visit(buyer.actor).post(f"/purchases/sales/{sale.uuid}/receipt/", told)
    assert "of product more" in text(answer)
    assert not Receipt.objects.exists()


def test_a_point_that_may_stand_before_thousands_is_asked_about_where_the_sale_says_so(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor)
    client, page = visit(buyer.actor), f"/purchases/sales/{sale.uuid}/receipt/"
    typed = arrived(quantity="1.000")
    asked = client.post(page, typed)
    assert "can be read as 1000 or as 1" in text(asked)
    assert not Receipt.objects.exists()
    client.post(page, typed | {"quantity_asked": "1.000", "quantity_reading": "1000"})
    assert Receipt.objects.get().quantity_value == 1000


def test_what_never_came_takes_no_quantity(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor)
    client, page = visit(buyer.actor), f"/purchases/sales/{sale.uuid}/receipt/"
    refused = client.post(page, arrived(outcome="never_received"))
    assert "according to your answer nothing was accepted" in text(refused)
    client.post(page, arrived(outcome="never_received", quantity=""))
    assert Receipt.objects.get().outcome == Outcome.NEVER_RECEIVED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quantity": ""}, "how much you accepted"),
        ({"quantity": "0"}, "how much you accepted"),
        ({"quantity": "1e3"}, "digits only"),
        ({"quantity": "1,250"}, "can be read as"),
        ({"outcome": ""}, "What happened?"),
        ({"received_at_0": "2199-01-01"}, "still to come"),
        ({"received_at_0": "1999-01-01"}, "too long ago"),
        ({"received_at_0": "2001-01-01"}, "it is before the sale"),
        ({"received_at_0": "9999-12-31"}, "still to come"),
        ({"received_at_0": "0001-01-01"}, "too long ago"),
        ({"remarks": "a\x00b"}, "Null characters"),
        ({"reasons": ["nonsense"]}, "not one of the available choices"),
    ],
)
def test_a_receipt_that_makes_no_sense_is_asked_again(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization, changes: Any, said: str
) -> None:
    sale = sell(code, vendor)
    page = f"/purchases/sales/{sale.uuid}/receipt/"
    response = visit(buyer.actor).post(page, arrived(**changes))
    assert response.status_code == 422
    assert said in text(response)
    assert not Receipt.objects.exists()


def test_only_the_buyer_confirms_a_receipt(
    visit: Any, vendor: Firm, rival: Firm, code: Authorization
) -> None:
    sale: Sale = sell(code, vendor)
    for firm in (vendor, rival):
        page = f"/purchases/sales/{sale.uuid}/receipt/"
        assert visit(firm.actor).post(page, arrived()).status_code == 404


# All of them -----------------------------------------------------------------------------------


def test_history_is_filtered_by_the_address(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    one = request_code(buyer, vendor, acetone, "100")
    other = request_code(buyer, vendor, acetone, "200")
    operations.cancel(other, by=buyer.actor)
    client = visit(buyer.actor)
    said = text(client.get("/purchases/", {"status": "cancelled", "vendor": "solventes"}))
    assert other.code_in_fours in said
    assert one.code_in_fours not in said
    nothing = text(client.get("/purchases/", {"vendor": "nobody at all"}))
    assert "No purchase fits these filters" in nothing
    assert "Remove all filters" in nothing


@pytest.mark.parametrize(
    "query",
    [
        "status=nonsense",
        "since=yesterday",
        "until=9999-12-31",
        "since=0001-01-01",
        "before=nonsense",
        "product=%00",
        "vendor=%25",
    ],
)
def test_a_filter_without_sense_is_no_fault(
    visit: Any, buyer: Firm, code: Authorization, query: str
) -> None:
    assert visit(buyer.actor).get(f"/purchases/?{query}").status_code in (200, 400)
    assert visit(buyer.actor).get(f"/purchases/table.csv?{query}").status_code in (200, 400)


def test_history_goes_on_where_its_page_ends(
    visit: Any, buyer: Firm, vendor: Firm, settings: Any
) -> None:
    settings.OPEN_CODES_MAX = 100
    codes = CodeFactory.create_batch(27, buyer=buyer, vendor=vendor, amount="10")
    client = visit(buyer.actor)
    first = client.get("/purchases/")
    assert codes[26].code_in_fours in text(first)
    assert codes[1].code_in_fours not in text(first)
    second = text(client.get(first.context["next_url"]))
    assert codes[1].code_in_fours in second
    assert codes[26].code_in_fours not in second


def test_the_table_holds_the_same_rows_and_no_formula(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    vendor.organization.name = "=cmd()"
    with as_owner():
        vendor.organization.save(update_fields=["name"])
    one = request_code(buyer, vendor, acetone, "100")
    other = request_code(buyer, vendor, acetone, "200")
    operations.cancel(other, by=buyer.actor)
    answer = visit(buyer.actor).get("/purchases/table.csv", {"status": "issued"})
    table = b"".join(answer.streaming_content).decode()
    assert one.code_in_fours in table
    assert other.code_in_fours not in table
    assert ",'=cmd()," in table


def test_nobody_elses_purchases_are_listed(
    visit: Any, rival: Firm, vendor: Firm, code: Authorization
) -> None:
    for firm in (rival, vendor):
        assert code.code_in_fours not in text(visit(firm.actor).get("/purchases/"))


def queries(client: Any, address: str) -> int:
    with CaptureQueriesContext(connection) as asked:
        assert client.get(address).status_code == 200
    return len(asked)


# Without a code --------------------------------------------------------------------------------


@pytest.fixture
def claim(
    buyer: Firm, vendor: Firm, acetone: Product, report: Callable[..., operations.SaleReport]
) -> Sale:
    return operations.record_uncoded_sale(
        report("50"),
        buyer=buyer.organization,
        product=acetone,
        reason="outage",
        by=vendor.actor,
    )


def test_home_asks_whether_a_sale_without_a_code_is_ones_own(
    visit: Any, buyer: Firm, claim: Sale, later: Callable[[timedelta], None]
) -> None:
    said = text(visit(buyer.actor).get("/"))
    assert "0 kg used" in said
    assert "Vendors claim 49.75 kg more" in said
    later(timedelta(days=6))
    page = visit(buyer.actor).get("/")
    said = text(page)
    assert "Are these purchases yours?" in said
    assert "50 kg, Acetone" in said
    assert "Overdue" not in said
    for answer in ("receipt", "not-mine"):
        assert f"/purchases/sales/{claim.uuid}/{answer}/" in page.content.decode()


def test_not_mine_is_one_click(visit: Any, buyer: Firm, claim: Sale) -> None:
    client, page = visit(buyer.actor), f"/purchases/sales/{claim.uuid}/not-mine/"
    assert "Not your purchase?" in text(client.get(page))
    assert not Receipt.objects.exists()
    assert "this sale is not yours" in text(client.post(page, follow=True))
    assert Receipt.objects.get().outcome == Outcome.NEVER_RECEIVED
    assert "awaits no answer" in text(client.post(page, follow=True))
    assert Receipt.objects.count() == 1
    assert "Are these purchases yours?" not in text(client.get("/"))
    assert "Never received" in text(client.get(f"/purchases/{claim.authorization.uuid}/"))


def test_only_a_claim_can_be_denied_by_a_click(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor)
    client, page = visit(buyer.actor), f"/purchases/sales/{sale.uuid}/not-mine/"
    assert "awaits no answer" in text(client.post(page, follow=True))
    assert not Receipt.objects.exists()


def test_a_sale_without_a_code_is_confirmed_by_what_arrived(
    visit: Any, buyer: Firm, claim: Sale
) -> None:
    client, page = visit(buyer.actor), f"/purchases/{claim.authorization.uuid}/"
    assert "Is this purchase yours?" in text(client.get(page))
    receipt = f"/purchases/sales/{claim.uuid}/receipt/"
    assert "As much as you confirm is debited" in text(client.get(receipt))
    client.post(receipt, arrived(quantity="50"))
    assert "Is this purchase yours?" not in text(client.get(page))
    assert "49.75 kg used" in text(client.get("/"))


def test_a_corrected_claim_is_shown_as_it_stands(
    visit: Any,
    buyer: Firm,
    vendor: Firm,
    claim: Sale,
    report: Callable[..., operations.SaleReport],
) -> None:
    operations.correct_sale(claim, report("5"), reason="slip", by=vendor.actor)
    said = text(visit(buyer.actor).get("/"))
    assert "5 kg, Acetone" in said
    assert "50 kg" not in said


def test_a_claim_that_the_vendor_withdrew_is_not_asked_about(
    visit: Any, buyer: Firm, vendor: Firm, claim: Sale
) -> None:
    operations.void_sale(claim, reason="another's", by=vendor.actor)
    assert "Are these purchases yours?" not in text(visit(buyer.actor).get("/"))


def test_a_firm_that_only_sells_is_asked_too(
    visit: Any, vendor: Firm, rival: Firm, acetone: Product, report: Callable[..., Any]
) -> None:
    assert visit(vendor.actor).get("/")["Location"] == "/counter/"
    operations.record_uncoded_sale(
        report("50", site=rival.site),
        buyer=vendor.organization,
        product=acetone,
        reason="outage",
        by=rival.actor,
    )
    assert "Are these purchases yours?" in text(visit(vendor.actor).get("/"))
