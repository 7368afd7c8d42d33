"""The buyer asks for a code."""

from datetime import timedelta
from typing import Any
from uuid import uuid4
from zoneinfo import ZoneInfo

import pytest

from authorizations.models import Authorization, Status
from precursors.models import Product
from registry import clock
from registry import operations as registry
from registry.actors import Actor
from registry.periods import last_day, working_days_after
from tests import cast
from tests.cast import Firm
from tests.pages.dealing import answers, brought, request_code, sell, text

pytestmark = pytest.mark.django_db


def test_four_answers_and_a_check_give_a_code(visit: Any, buyer: Firm, vendor: Firm) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, vendor)
    page = text(client.get(check))
    assert "1,000 kg" in page
    assert "one thousand kilograms" in page
    assert "995 kg of acetone contained" in page
    confirmation = client.post(check, follow=True)
    authorization = Authorization.objects.get()
    assert authorization.status == Status.ISSUED
    assert authorization.code_in_fours in text(confirmation)
    assert b"data:image/svg+xml" in confirmation.content
    assert "Valid until" in text(confirmation)


def test_what_is_printed_writes_the_quantity_out_and_names_both_firms_and_the_place(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    client = visit(buyer.actor)
    page = text(client.post(answers(client, buyer, vendor), follow=True))
    for firm in (buyer, vendor):
        assert f"{firm.organization.name} RUC {firm.organization.tax_id}" in page
    assert "1,000 kg one thousand kilograms" in page
    assert f"{buyer.site.name} {buyer.site.address}" in page


def test_a_request_above_the_automatic_limit_waits_for_an_officer(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    client = visit(buyer.actor)
    page = client.post(answers(client, buyer, vendor, amount="6000"), follow=True)
    assert Authorization.objects.get().status == Status.PENDING
    assert "Nothing may be sold on the code before" in text(page)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("", "Enter the quantity."),
        ("0", "more than zero"),
        ("-5", "more than zero"),
        ("NaN", "digits only"),
        ("1e3", "digits only"),
        ("1\x00", "digits only"),
        ("1" * 25, "at most 15 digits"),
        ("1.2345", "at most three decimals"),
        ("1,250", "can be read as 1250 or as 1.25"),
        ("0.000", "more than zero"),
        ("999999999999999", "No load is as large"),
    ],
)
def test_a_quantity_that_is_none_is_asked_again(
    visit: Any, buyer: Firm, vendor: Firm, typed: str, said: str
) -> None:
    client = visit(buyer.actor)
    page = at_quantity(client)
    response = client.post(page, {"quantity": typed, "unit": "kg"})
    assert response.status_code == 422
    assert said in text(response)
    assert text(response).startswith("Error:")


def test_a_comma_is_settled_by_choosing_a_reading(visit: Any, buyer: Firm, vendor: Firm) -> None:
    client = visit(buyer.actor)
    page = at_quantity(client)
    choice = {
        "quantity": "1,250",
        "quantity_asked": "1,250",
        "quantity_reading": "1250",
        "unit": "kg",
    }
    assert client.post(page, choice).status_code == 302
    assert 'value="1250"' in client.get(page).content.decode()


@pytest.mark.parametrize("unit", ["lb", "", "kg; DROP", "kg\x00"])
def test_an_unknown_unit_is_refused(visit: Any, buyer: Firm, unit: str) -> None:
    client = visit(buyer.actor)
    assert client.post(at_quantity(client), {"quantity": "5", "unit": unit}).status_code == 422


@pytest.mark.parametrize("product", ["", "no-such-thing", "acetone\x00", "x" * 300])
def test_an_unknown_product_is_refused(visit: Any, buyer: Firm, product: str) -> None:
    client = visit(buyer.actor)
    page = client.get("/request/")["Location"]
    assert client.post(page, {"product": product}).status_code == 422


def test_a_product_that_the_license_does_not_permit_is_refused_at_the_first_question(
    visit: Any, buyer: Firm
) -> None:
    client = visit(buyer.actor)
    page = client.get("/request/")["Location"]
    response = client.post(f"{page}?q=toluene", {"product": "toluene"})
    assert response.status_code == 422
    assert "Your license does not let you buy this substance" in text(response)
    assert client.get(page.replace("/product/", "/quantity/"))["Location"] == page


def test_more_than_the_quota_is_refused_at_the_second_question(visit: Any, buyer: Firm) -> None:
    client = visit(buyer.actor)
    response = client.post(at_quantity(client), {"quantity": "11000", "unit": "kg"})
    assert response.status_code == 422
    assert "more than your quota leaves" in text(response)
    assert "10,050.251 kg" in text(response)


def test_a_vendor_that_may_not_sell_it_is_refused_at_the_third_question(
    visit: Any, buyer: Firm, regulator: Actor
) -> None:
    client = visit(buyer.actor)
    other = cast.firm(14, "Otra Inventada", email="o@other.example", by=regulator)
    response = at_vendor(client, other)
    assert response.status_code == 422
    assert "does not let it sell this substance" in text(response)


def test_what_a_vendor_has_left_is_not_told_before_the_request(
    visit: Any, buyer: Firm, regulator: Actor
) -> None:
    little = cast.firm(
        14, "Poco", email="p@little.example", activity="sell", limit="77", by=regulator
    )
    response = at_vendor(visit(buyer.actor), little)
    assert response.status_code == 302


def test_a_destination_that_is_too_small_is_refused_at_the_fourth_question(
    visit: Any, buyer: Firm, vendor: Firm, regulator: Actor
) -> None:
    shed = registry.add_site(
        organization=buyer.organization,
        name="Shed",
        address="2 Invented Street",
        storage_limit=cast.kg("300"),
        by=regulator,
    )
    client = visit(buyer.actor)
    page = at_vendor(client, vendor)["Location"]
    response = client.post(page, {"site": str(shed.uuid)})
    assert response.status_code == 422
    assert "may not store this much" in text(response)
    assert "The largest request that would pass now: 300 kg" in text(response)


@pytest.mark.parametrize("bar", ["license", "codes", "receipts", "permits"])
def test_what_bars_everything_is_told_before_any_question(
    visit: Any,
    buyer: Firm,
    vendor: Firm,
    acetone: Product,
    regulator: Actor,
    settings: Any,
    later: Any,
    bar: str,
) -> None:
    client = visit(buyer.actor)
    assert client.get("/request/").status_code == 302
    if bar == "license":
        registry.suspend_license(buyer.license, reason="Books", by=regulator)
    if bar == "codes":
        settings.OPEN_CODES_MAX = 1
        request_code(buyer, vendor, acetone)
    if bar == "receipts":
        sell(brought(request_code(buyer, vendor, acetone), vendor), vendor)
        later(timedelta(days=6))
    if bar == "permits":
        client = visit(vendor.actor)
    said = text(client.get("/request/"))
    assert "You cannot request codes now" in said
    sentence = {
        "license": "Your license is not in force",
        "codes": "You have 1 open codes",
        "receipts": "Confirm the overdue receipts first",
        "permits": "Your license permits no purchases yet",
    }
    assert sentence[bar] in said


def test_what_has_come_to_stand_against_it_is_told_before_the_button(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, vendor, amount="4000")
    assert "Request the code" in text(client.get(check))
    request_code(buyer, vendor, acetone, "7000")
    said = client.get(check)
    assert "This would be refused as it stands" in text(said)
    assert "more than your quota leaves" in text(said)
    assert "3,050.251 kg" in text(said)
    assert "Request the code" not in text(said)
    refused = client.post(check)
    assert refused.status_code == 422
    assert "3,050.251 kg" in text(refused)


def test_what_the_vendor_might_not_have_waits_and_no_page_names_what_it_has(
    visit: Any, buyer: Firm, rival: Firm, acetone: Product, regulator: Actor
) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, rival, amount="4000")
    faster = cast.firm(14, "Más Rápida", email="m@faster.example", by=regulator)
    request_code(faster, rival, acetone, "7000")
    before, after = text(client.get(check)), text(client.post(check, follow=True))
    assert "unless this vendor's quota has to be looked at first" in before
    assert "this vendor's quota has to be looked at first" in after
    for number in ("3,035", "3,050", "10,000", "2,985"):
        assert number not in before + after


@pytest.mark.parametrize(
    ("amount", "said"),
    [
        ("1000", "The code is issued at once, unless this vendor"),
        ("6000", "Issued at once would be up to 5,025.125 kg"),
    ],
)
def test_what_will_happen_is_told_before_the_button(
    visit: Any, buyer: Firm, vendor: Firm, settings: Any, amount: str, said: str
) -> None:
    client = visit(buyer.actor)
    page = text(client.get(answers(client, buyer, vendor, amount=amount)))
    assert said in page
    lima = ZoneInfo("America/Lima")
    day = last_day(working_days_after(clock.now(), settings.PENDING_WORKING_DAYS, lima), lima)
    decided = f"An officer decides on this request by {day:%A}"
    assert (decided in page) == (amount == "6000")


def test_the_question_of_quantity_tells_what_is_issued_at_once(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    request_code(buyer, vendor, acetone, "1000")
    client = visit(buyer.actor)
    page = text(client.get(at_quantity(client)))
    assert "Issued at once: up to 4,025.125 kg" in page
    assert "Above that, or if the vendor's quota has to be looked at first, an officer" in page
    request_code(buyer, vendor, acetone, "4025.125")
    assert "An officer decides on every request now" in text(client.get(at_quantity(client)))


def test_the_quantity_page_tells_what_is_left(
    visit: Any, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    request_code(buyer, vendor, acetone, "4000")
    client = visit(buyer.actor)
    said = text(client.get(at_quantity(client)))
    assert "6,020 kg free of 10,000 kg" in said
    assert "6,050.251 kg" in said


def test_a_request_sent_twice_gives_one_code(visit: Any, buyer: Firm, vendor: Firm) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, vendor)
    first = client.post(check)
    again = client.post(check, follow=True)
    authorization = Authorization.objects.get()
    assert str(authorization.uuid) in first["Location"]
    assert "was sent before" in text(again)
    assert authorization.code_in_fours in text(again)


def test_back_after_the_code_shows_what_became_of_it(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, vendor)
    client.post(check)
    page = client.post(check.replace("/check/", "/quantity/"), {"quantity": "2", "unit": "kg"})
    assert page["Location"] == f"/purchases/{Authorization.objects.get().uuid}/"


def test_a_copy_that_another_session_sends_gives_the_first_code_again(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, vendor)
    drafts = dict(client.session["drafts"])
    client.post(check)
    session = client.session
    session["drafts"] = drafts  # as if both had been under way at once
    session.save()
    page = client.post(check, follow=True)
    assert "was sent before" in text(page)
    assert Authorization.objects.count() == 1


def test_two_tabs_are_two_requests(visit: Any, buyer: Firm, vendor: Firm) -> None:
    client = visit(buyer.actor)
    one = answers(client, buyer, vendor, amount="1000")
    other = answers(client, buyer, vendor, amount="2000")
    assert "1,000 kg" in text(client.get(one))
    assert "2,000 kg" in text(client.get(other))
    client.post(one)
    client.post(other)
    assert sorted(Authorization.objects.values_list("quantity_value", flat=True)) == [1000, 2000]


def test_a_change_returns_to_the_answers(visit: Any, buyer: Firm, vendor: Firm) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, vendor)
    quantity = check.replace("/check/", "/quantity/")
    assert client.post(quantity, {"quantity": "750", "unit": "kg"})["Location"] == check
    assert "750 kg" in text(client.get(check))


def test_a_question_cannot_be_skipped(visit: Any, buyer: Firm) -> None:
    client = visit(buyer.actor)
    draft = f"/request/{uuid4()}"
    assert client.post(f"{draft}/check/")["Location"] == f"{draft}/product/"
    assert client.get(f"{draft}/quantity/")["Location"] == f"{draft}/product/"


def test_vendors_are_found_by_their_number_or_name_and_never_listed(
    visit: Any, buyer: Firm, vendor: Firm, rival: Firm
) -> None:
    client = visit(buyer.actor)
    page = f"/request/{uuid4()}/vendor/"
    number = vendor.organization.tax_id
    assert "Solventes Ficticios" in text(client.get(page, {"q": number}))
    assert "Solventes Ficticios" in text(client.get(page, {"q": "fíctic"}))
    for query in ("", "so", "%%%", "___", number[:6], "no such firm"):
        said = text(client.get(page, {"q": query}))
        assert "Solventes" not in said
        assert "Rival" not in said


def test_a_search_tells_how_many_it_found_and_puts_them_first(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    client = visit(buyer.actor)
    page = client.get("/request/", follow=True).redirect_chain[-1][0]
    found = client.get(f"{page}?q=toluene")
    choices = [code for code, _name in found.context["form"].fields["product"].choices]
    count = len(found.context["found"])
    assert f"{count} result" in text(found)
    assert choices[:count] == [each.code for each in found.context["found"]]
    assert "result for" not in text(client.get(page))


def test_another_firms_site_is_no_destination(visit: Any, buyer: Firm, vendor: Firm) -> None:
    client = visit(buyer.actor)
    page = f"/request/{uuid4()}/delivery/"
    assert client.post(page, {"site": str(vendor.site.uuid)}).status_code == 422
    assert client.post(page, {"site": "nonsense"}).status_code == 422


def test_the_firms_own_vehicles_are_offered_beside_the_free_text(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    client = visit(buyer.actor)
    question = answers(client, buyer, vendor).replace("/check/", "/delivery/")
    page = client.get(question).content.decode()
    assert 'list="own-vehicles"' in page
    offered = page.split('<datalist id="own-vehicles">')[1].split("</datalist>")[0]
    assert f'value="{buyer.vehicle}"' in offered
    assert str(vendor.vehicle) not in offered


def test_an_unregistered_vehicle_is_told_at_once(visit: Any, buyer: Firm) -> None:
    client = visit(buyer.actor)
    page = f"/request/{uuid4()}/delivery/"
    answer = {"site": str(buyer.site.uuid), "plate": "ZZZ-999"}
    assert "Enter the plate of a registered vehicle" in text(client.post(page, answer))


def test_a_stranger_is_sent_to_sign_in_and_an_officer_sent_away(
    client: Any, visit: Any, regulator: Actor
) -> None:
    assert client.get("/request/")["Location"].startswith("/accounts/login/")
    assert visit(regulator).get("/request/").status_code == 403


def at_quantity(client: Any) -> str:
    """The page of the second question, acetone having been chosen."""
    first = client.get("/request/")["Location"]
    page: str = client.post(first, {"product": "acetone"})["Location"]
    return page


def at_vendor(client: Any, firm: Firm) -> Any:
    """Answer the third question, 1,000 kg of acetone having been asked for."""
    page = client.post(at_quantity(client), {"quantity": "1000", "unit": "kg"})["Location"]
    query = f"?q={firm.organization.tax_id}"
    return client.post(page + query, {"seller": str(firm.organization.uuid)})
