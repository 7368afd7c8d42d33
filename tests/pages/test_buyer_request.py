"""The buyer asks for a code."""

from typing import Any
from uuid import uuid4

import pytest

from authorizations.models import Authorization, Status
from precursors.models import Product
from registry.actors import Actor
from tests.cast import Firm
from tests.pages.dealing import answers, request_code, text

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
        assert f"{firm.organization.name} {firm.organization.tax_id}" in page
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


def test_every_reason_is_told_at_once_with_the_largest_quantity_that_passes(
    visit: Any, buyer: Firm, vendor: Firm, rival: Firm
) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, rival, amount="11000")
    said = text(client.post(check))
    assert "more than your quota leaves" in said
    assert "This vendor cannot supply this quantity" in said
    assert "10,050.251 kg" in said
    assert not Authorization.objects.exists()


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


def test_another_firms_site_is_no_destination(visit: Any, buyer: Firm, vendor: Firm) -> None:
    client = visit(buyer.actor)
    page = f"/request/{uuid4()}/delivery/"
    assert client.post(page, {"site": str(vendor.site.uuid)}).status_code == 422
    assert client.post(page, {"site": "nonsense"}).status_code == 422


def test_an_unregistered_vehicle_is_told_at_once(visit: Any, buyer: Firm) -> None:
    client = visit(buyer.actor)
    page = f"/request/{uuid4()}/delivery/"
    answer = {"site": str(buyer.site.uuid), "plate": "ZZZ-999"}
    assert "No vehicle of this plate" in text(client.post(page, answer))


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
