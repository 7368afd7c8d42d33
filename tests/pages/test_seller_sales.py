"""The vendor records what really happened."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.utils.timezone import localtime

from authorizations import operations
from authorizations.models import Authorization, Sale, Status
from oversight.models import Flag
from oversight.operations.evaluation import evaluate
from pages.seller.sales import _of_day
from precursors.models import Product
from registry import clock
from tests.cast import Firm
from tests.pages.dealing import as_typed, brought, request_code, sell, text

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)
OTHER_TOKEN = "0193a0a0-0000-7000-8000-000000000002"


@pytest.fixture
def code(buyer: Firm, vendor: Firm, acetone: Product) -> Authorization:
    return brought(request_code(buyer, vendor, acetone), vendor)


@pytest.fixture
def page(code: Authorization) -> str:
    return f"/counter/{code.uuid}/sale/"


# Recording -------------------------------------------------------------------------------------


def test_a_sale_is_recorded_as_it_was_typed(
    visit: Any, vendor: Firm, code: Authorization, page: str
) -> None:
    typed = as_typed(
        vendor,
        quantity="995.5",
        seals="A1, A2\nA3",
        gross_kg="9000",
        tare_kg="8004.5",
        invoice="F001-1",
        guide="T001-1",
        driver_document="12345678",
    )
    shown = visit(vendor.actor).post(page, typed, follow=True)
    sale = Sale.objects.get()
    assert (str(sale.quantity), sale.plate, sale.site) == ("995.500 kg", "AAA011", vendor.site)
    assert sale.seals == ["A1", "A2", "A3"]
    assert (sale.gross_kg, sale.tare_kg, sale.invoice) == (9000, 8004.5, "F001-1")
    assert "Being evaluated" in text(shown)


def test_several_plates_in_one_field_are_several_vehicles_and_shown_with_their_hyphens(
    visit: Any, vendor: Firm, code: Authorization, page: str
) -> None:
    client = visit(vendor.actor)
    shown = client.post(page, as_typed(vendor, plate="t1a801 + T2B 114"), follow=True)
    sale = Sale.objects.get()
    assert (sale.plate, sale.trailers) == ("T1A801", ["T2B114"])
    assert "T1A-801 / T2B-114" in text(shown)
    form = client.get(f"/sales/{sale.uuid}/correction/").context["form"]
    assert form["plate"].value() == "T1A-801 / T2B-114"


def test_the_form_of_a_sale_names_the_plate_that_the_code_expects(
    visit: Any, buyer: Firm, vendor: Firm, page: str
) -> None:
    assert f"The code names {buyer.vehicle}." in text(visit(vendor.actor).get(page))


@pytest.mark.parametrize("told", ["S/P", "EN TRÁMITE", "", "x" * 40])
def test_what_is_no_plate_is_recorded_as_it_was_typed(
    visit: Any, vendor: Firm, page: str, told: str
) -> None:
    assert visit(vendor.actor).post(page, as_typed(vendor, plate=told)).status_code == 302
    assert Sale.objects.get().plate == told


def test_a_sale_is_not_before_the_issue_unless_by_more_than_clocks_differ(
    visit: Any, vendor: Firm, code: Authorization, page: str
) -> None:
    assert code.issued_at
    for moment, flagged in ((code.issued_at, False), (code.issued_at - 7 * MINUTE, True)):
        typed = as_typed(vendor, quantity="100", token=str(uuid4()))
        typed |= {"sold_at_1": localtime(moment).strftime("%H:%M")}
        typed |= {"sold_at_0": localtime(moment).strftime("%Y-%m-%d")}
        assert visit(vendor.actor).post(page, typed).status_code == 302
        evaluate([code.pk])
        assert Flag.objects.filter(rule="sold_before_issue").exists() is flagged


def test_the_quantity_is_never_filled_in(visit: Any, vendor: Firm, page: str) -> None:
    html = visit(vendor.actor).get(page).content.decode()
    field = html[html.index('name="quantity"') : html.index('name="unit"')]
    assert "value=" not in field.split(">")[0]


def test_more_than_the_code_allows_is_asked_about_and_then_recorded(
    visit: Any, vendor: Firm, page: str
) -> None:
    client, typed = visit(vendor.actor), as_typed(vendor, quantity="1080")
    asked = client.post(page, typed)
    assert asked.status_code == 422
    assert "80 kg of product more than the code allows" in text(asked)
    assert not Sale.objects.exists()
    reasoned = typed | {"asked": "1080.000 kg", "explanation": "The scale said so."}
    assert client.post(page, reasoned).status_code == 302
    sale = Sale.objects.get()
    assert (sale.quantity_value, sale.reason) == (1080, "The scale said so.")


def test_another_quantity_is_asked_about_again(visit: Any, vendor: Firm, page: str) -> None:
    client = visit(vendor.actor)
    changed = as_typed(vendor, quantity="10800", asked="1080.000 kg", explanation="So it was.")
    assert "9,800 kg of product more" in text(client.post(page, changed))
    assert not Sale.objects.exists()


def test_what_was_sold_on_the_code_is_shown_before_more_is_recorded(
    visit: Any, vendor: Firm, code: Authorization, page: str
) -> None:
    assert "Sold on this code" not in text(visit(vendor.actor).get(page))
    sale = sell(code, vendor, "400")
    shown = visit(vendor.actor).get(page)
    assert "Sold on this code" in text(shown)
    assert f"/sales/{sale.uuid}/" in shown.content.decode()


def test_the_same_load_is_asked_about_once_before_it_is_recorded_again(
    visit: Any, vendor: Firm, code: Authorization, page: str
) -> None:
    """Back in the browser: the form comes with another token, and what was typed is restored."""
    client, typed = visit(vendor.actor), as_typed(vendor, quantity="400")
    assert client.post(page, typed).status_code == 302
    again = typed | {"token": OTHER_TOKEN, "quantity": "0.4", "unit": "t", "plate": "aaa011"}
    asked = client.post(page, again)
    assert asked.status_code == 422
    assert "A sale of 400 kg" in text(asked)
    assert Sale.objects.count() == 1
    assert "This form was sent before" in text(client.post(page, typed, follow=True))
    assert client.post(page, again | {"repeated": "on"}).status_code == 302
    assert Sale.objects.count() == 2


@pytest.mark.parametrize(
    "other", [{"quantity": "401"}, {"plate": "BBB-222"}, {"sold_at_1": "00:00"}]
)
def test_another_load_is_not_asked_about(
    visit: Any, vendor: Firm, page: str, other: dict[str, str]
) -> None:
    client, typed = visit(vendor.actor), as_typed(vendor, quantity="400")
    typed["sold_at_1"] = max(typed["sold_at_1"], "00:06")
    client.post(page, typed)
    assert client.post(page, typed | {"token": OTHER_TOKEN} | other).status_code == 302


def test_a_correction_is_not_taken_for_the_sale_that_it_corrects(
    visit: Any, vendor: Firm, code: Authorization, page: str
) -> None:
    client, typed = visit(vendor.actor), as_typed(vendor, quantity="400")
    client.post(page, typed)
    client.post(page, typed | {"token": OTHER_TOKEN, "quantity": "300"})
    first, second = Sale.objects.order_by("pk")
    papers = typed | {"token": str(uuid4()), "invoice": "F001-9", "reason": "The invoice."}
    corrected = client.post(f"/sales/{first.uuid}/correction/", papers)
    assert corrected.status_code == 302
    asked = client.post(f"/sales/{second.uuid}/correction/", papers | {"token": str(uuid4())})
    assert "A sale of 400 kg" in text(asked)


def test_the_same_sale_without_a_code_is_asked_about_once(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    page, client = "/sales/without-code/", visit(vendor.actor)
    typed = codeless(buyer, vendor)
    assert client.post(page, typed).status_code == 302
    again = typed | {"token": OTHER_TOKEN}
    assert "has been recorded already" in text(client.post(page, again))
    assert client.post(page, again | {"repeated": "on"}).status_code == 302


def test_a_point_that_may_stand_before_thousands_is_asked_about_where_the_code_says_so(
    visit: Any, vendor: Firm, page: str
) -> None:
    client, typed = visit(vendor.actor), as_typed(vendor, quantity="1.001")
    asked = client.post(page, typed)
    assert asked.status_code == 422
    assert "can be read as 1001 or as 1.001" in text(asked)
    assert not Sale.objects.exists()
    chosen = typed | {"quantity_asked": "1.001", "quantity_reading": "1.001"}
    wrong = client.post(page, chosen | {"sold_at_1": "25:00"})  # the answer is not asked for again
    assert 'name="quantity_reading" value="1.001"' in wrong.content.decode()
    assert client.post(page, chosen).status_code == 302
    assert str(Sale.objects.get().quantity) == "1.001 kg"


@pytest.mark.parametrize(("typed", "unit"), [("1.001", "t"), ("1001", "kg"), ("1.25", "kg")])
def test_a_number_that_nothing_else_is_nearer_than_is_not_asked_about(
    visit: Any, vendor: Firm, page: str, typed: str, unit: str
) -> None:
    posted = as_typed(vendor, quantity=typed, unit=unit)
    assert visit(vendor.actor).post(page, posted).status_code == 302


def test_a_point_of_a_correction_is_held_against_what_the_code_leaves_for_it(
    visit: Any, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "1000")
    typed = as_typed(vendor, quantity="1.001", reason="A wrong reading.")
    asked = visit(vendor.actor).post(f"/sales/{sale.uuid}/correction/", typed)
    assert "can be read as 1001 or as 1.001" in text(asked)


@pytest.mark.parametrize(
    ("gross", "tare", "asked"),
    [
        ("9.000", "8.000", ["9000 or as 9", "8000 or as 8"]),
        ("9000", "8.000", ["8000 or as 8"]),
        ("9.000", "8000", ["9000 or as 9"]),
        ("9000", "8000", []),
        ("1080", "80.000", []),
        ("1000", "0", []),
    ],
)
def test_weights_are_asked_about_where_only_another_reading_makes_the_quantity(
    visit: Any, vendor: Firm, page: str, gross: str, tare: str, asked: list[str]
) -> None:
    posted = as_typed(vendor, gross_kg=gross, tare_kg=tare)
    shown = visit(vendor.actor).post(page, posted)
    assert shown.status_code == (422 if asked else 302)
    assert all(reading in text(shown) for reading in asked)


def test_within_tolerance_nothing_is_asked(visit: Any, vendor: Firm, page: str) -> None:
    visit(vendor.actor).post(page, as_typed(vendor, quantity="1004.9"))
    assert Sale.objects.get().reason == ""


def test_an_ended_code_still_takes_the_truth(
    visit: Any, buyer: Firm, vendor: Firm, code: Authorization, page: str
) -> None:
    operations.cancel(code, by=buyer.actor)
    assert visit(vendor.actor).post(page, as_typed(vendor)).status_code == 302
    assert Sale.objects.get().net_kg == 995


def test_another_product_is_recorded_too(visit: Any, vendor: Firm, page: str) -> None:
    visit(vendor.actor).post(page, as_typed(vendor, other_product="toluene"))
    assert Sale.objects.get().product.code == "toluene"


def test_a_complete_sale_closes_the_code(
    visit: Any, vendor: Firm, code: Authorization, page: str
) -> None:
    visit(vendor.actor).post(page, as_typed(vendor, quantity="300", complete="on"))
    code.refresh_from_db()
    assert code.status == Status.CLOSED


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"quantity": ""}, "Enter the quantity."),
        ({"quantity": "0"}, "more than zero"),
        ({"quantity": "-1"}, "more than zero"),
        ({"quantity": "NaN"}, "digits only"),
        ({"quantity": "Infinity"}, "digits only"),
        ({"quantity": "1e3"}, "digits only"),
        ({"quantity": "1" * 25}, "at most 15 digits"),
        ({"quantity": "1.2345"}, "at most three decimals"),
        ({"quantity": "1,250"}, "can be read as 1250 or as 1.25"),
        ({"quantity": "999999999999999"}, "No load is as large"),
        ({"unit": "lb"}, "not one of the available choices"),
        ({"sold_at_0": "2199-01-01"}, "still to come"),
        ({"sold_at_0": "9999-12-31"}, "still to come"),
        ({"sold_at_0": "0001-01-01"}, "too long ago"),
        ({"sold_at_0": "2026-02-30"}, "Enter the date as year"),
        ({"sold_at_1": "25:00"}, "Enter the time of day"),
        ({"site": ""}, "Choose the site"),
        ({"site": "nonsense"}, "not one of the available choices"),
        ({"plate": "x" * 101}, "at most 100 letters"),
        ({"invoice": "a\x00"}, "Null characters"),
        ({"seals": "x" * 101}, "at most 100 seals"),
        ({"gross_kg": "10"}, "both gross and tare"),
        ({"gross_kg": "10", "tare_kg": "20"}, "less than the tare"),
        ({"other_product": "no-such-thing"}, "not one of the available choices"),
        ({"token": "nonsense"}, "UUID"),
    ],
)
def test_what_cannot_be_a_sale_is_asked_again(
    visit: Any, vendor: Firm, page: str, changes: dict[str, str], said: str
) -> None:
    response = visit(vendor.actor).post(page, as_typed(vendor, **changes))
    assert response.status_code == 422
    assert said in text(response)
    assert not Sale.objects.exists()


def test_a_sale_sent_twice_is_recorded_once(visit: Any, vendor: Firm, page: str) -> None:
    client, typed = visit(vendor.actor), as_typed(vendor, quantity="400")
    first = client.post(page, typed)
    again = client.post(page, typed | {"quantity": "500"}, follow=True)
    assert "Nothing was recorded a second time" in text(again)
    assert again.redirect_chain[0][0] == first["Location"]
    assert Sale.objects.get().quantity_value == 400


def test_two_open_forms_are_two_sales(visit: Any, vendor: Firm, page: str) -> None:
    client = visit(vendor.actor)
    client.post(page, as_typed(vendor, quantity="400"))
    client.post(page, as_typed(vendor, quantity="500", token=OTHER_TOKEN))
    assert Sale.objects.count() == 2


def test_what_was_refused_may_be_sent_again(visit: Any, vendor: Firm, page: str) -> None:
    client = visit(vendor.actor)
    client.post(page, as_typed(vendor, sold_at_1="25:00"))
    assert client.post(page, as_typed(vendor)).status_code == 302


def test_nobody_else_records_on_a_code(visit: Any, buyer: Firm, rival: Firm, page: str) -> None:
    for firm in (buyer, rival):
        assert visit(firm.actor).post(page, as_typed(firm)).status_code == 404


def test_another_firms_site_is_no_choice(visit: Any, vendor: Firm, rival: Firm, page: str) -> None:
    elsewhere = as_typed(vendor, site=str(rival.site.uuid))
    assert visit(vendor.actor).post(page, elsewhere).status_code == 422


# Afterwards ------------------------------------------------------------------------------------


def test_the_page_asks_until_the_sale_has_been_evaluated(
    visit: Any, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "1080")
    client, status = visit(vendor.actor), f"/sales/{sale.uuid}/status/"
    waiting = client.get(status)
    assert "Being evaluated" in text(waiting)
    assert b"hx-get" in waiting.content
    assert b"hx-get" not in client.get(status, {"asked": "40"}).content
    evaluate([code.pk])
    done = client.get(status)
    assert b"hx-get" not in done.content
    assert "compared with its code" in text(done)


@pytest.mark.parametrize("asked", ["-1", "x", "9" * 5000, "٣"])
def test_a_nonsense_count_is_no_fault(
    visit: Any, vendor: Firm, code: Authorization, asked: str
) -> None:
    sale = sell(code, vendor)
    page = visit(vendor.actor).get(f"/sales/{sale.uuid}/status/", {"asked": asked[:200]})
    assert page.status_code == 200


def test_a_correction_replaces_and_is_typed_anew(
    visit: Any, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "900", invoice="F001-1")
    client, page = visit(vendor.actor), f"/sales/{sale.uuid}/correction/"
    form = client.get(page)
    assert form.context["form"]["quantity"].value() is None
    assert form.context["form"]["invoice"].value() == "F001-1"
    corrected = as_typed(vendor, quantity="950", reason="A wrong reading.")
    client.post(page, corrected)
    new = Sale.objects.get(replaces=sale)
    assert (new.quantity_value, new.reason) == (950, "A wrong reading.")
    again = client.post(page, corrected, follow=True)
    assert "This report has been replaced" in text(again)
    assert Sale.objects.count() == 2


def test_a_correction_needs_a_reason(visit: Any, vendor: Firm, code: Authorization) -> None:
    sale = sell(code, vendor, "900")
    typed = as_typed(vendor, quantity="950", reason=" ")
    assert visit(vendor.actor).post(f"/sales/{sale.uuid}/correction/", typed).status_code == 422


def test_a_correction_within_the_code_is_not_asked_about(
    visit: Any, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "900")
    typed = as_typed(vendor, quantity="1000", reason="A wrong reading.")
    assert visit(vendor.actor).post(f"/sales/{sale.uuid}/correction/", typed).status_code == 302


def test_a_sale_is_declared_void_with_a_reason(
    visit: Any, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "900")
    client, page = visit(vendor.actor), f"/sales/{sale.uuid}/void/"
    token = {"token": OTHER_TOKEN}
    assert client.post(page, token | {"reason": ""}).status_code == 422
    shown = client.post(page, token | {"reason": "The truck turned back."}, follow=True)
    assert Sale.objects.get(replaces=sale).is_void
    assert "Void sale" in text(shown)


def test_a_strangers_sale_is_not_found(
    visit: Any, buyer: Firm, vendor: Firm, rival: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor)
    for firm in (buyer, rival):
        for page in ("", "status/", "correction/", "void/"):
            assert visit(firm.actor).get(f"/sales/{sale.uuid}/{page}").status_code == 404


def test_sales_are_listed_by_day_as_they_stand(
    visit: Any, vendor: Firm, code: Authorization
) -> None:
    sale = sell(code, vendor, "900")
    operations.void_sale(sale, reason="No.", by=vendor.actor)
    sell(code, vendor, "77", sold_at=clock.now() - timedelta(days=1))
    client = visit(vendor.actor)
    today = client.get("/sales/")
    assert "Void" in text(today)
    assert "77 kg" not in text(today)
    before = today.context["before"].isoformat()
    assert "77 kg" in text(client.get("/sales/", {"day": before}))


@pytest.mark.parametrize("day", ["nonsense", "0001-01-01", "9999-12-31", "2026-02-30"])
def test_a_nonsense_day_is_no_fault(visit: Any, vendor: Firm, day: str) -> None:
    assert visit(vendor.actor).get("/sales/", {"day": day}).status_code == 200


def test_a_day_is_read_from_its_own_index(vendor: Firm) -> None:
    """With so few rows a scan is cheaper: the plan is asked for without one."""
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off; SET LOCAL enable_bitmapscan = off")
    plan = _of_day(vendor.actor, clock.today(vendor.actor.jurisdiction)).explain()
    assert "sale_of_seller_on_day" in plan


# Without a code --------------------------------------------------------------------------------


def codeless(firm: Firm, vendor: Firm, **changes: str) -> dict[str, str]:
    return as_typed(
        vendor,
        **{
            "buyer": firm.organization.tax_id,
            "product": "acetone",
            "quantity": "50",
            "reason": "The portal could not be reached.",
            **changes,
        },
    )


def test_a_sale_without_a_code_is_recorded(visit: Any, buyer: Firm, vendor: Firm) -> None:
    shown = visit(vendor.actor).post("/sales/without-code/", codeless(buyer, vendor), follow=True)
    sale = Sale.objects.get()
    assert sale.authorization.code is None
    assert sale.authorization.claimed_kg == sale.net_kg
    assert "Sale of 50 kg" in text(shown)
    assert visit(buyer.actor).get(f"/purchases/{sale.authorization.uuid}/").status_code == 200
    assert "without a code" in text(visit(buyer.actor).get("/purchases/"))


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"buyer": ""}, "Tax number (RUC) of the buyer"),
        ({"buyer": "123"}, "valid RUC"),
        ({"buyer": "20999000992"}, "RUC"),
        ({"product": "no-such-thing"}, "not one of the available choices"),
        ({"product": "hexane\x00"}, "not one of the available choices"),
        ({"reason": ""}, "Why is there no code?"),
        ({"product": "calcium-chloride", "unit": "L"}, "density of this product is not known"),
        ({"quantity": "0.0001"}, "at most three decimals"),
    ],
)
def test_a_sale_without_a_code_that_makes_no_sense_is_asked_again(
    visit: Any, buyer: Firm, vendor: Firm, changes: dict[str, str], said: str
) -> None:
    typed = codeless(buyer, vendor, **changes)
    response = visit(vendor.actor).post("/sales/without-code/", typed)
    assert response.status_code == 422
    assert said in text(response)
    assert not Authorization.objects.exists()


def test_a_sale_without_a_code_is_corrected_and_voided(
    visit: Any, buyer: Firm, vendor: Firm, flagged: Callable[..., Any]
) -> None:
    client = visit(vendor.actor)
    page = client.post("/sales/without-code/", codeless(buyer, vendor))["Location"]
    typed = as_typed(vendor, quantity="60", token=OTHER_TOKEN, reason="A wrong reading.")
    newer = client.post(f"{page}correction/", typed)["Location"]
    assert "Sale of 60 kg" in text(client.get(newer))
    client.post(f"{newer}void/", {"token": OTHER_TOKEN, "reason": "It was a rehearsal."})
    assert Sale.objects.filter(is_void=True).count() == 1


def test_a_firm_does_not_sell_to_itself(visit: Any, vendor: Firm) -> None:
    response = visit(vendor.actor).post("/sales/without-code/", codeless(vendor, vendor))
    assert "cannot sell to itself" in text(response)
