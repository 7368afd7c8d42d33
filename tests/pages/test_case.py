"""The case: what was authorized beside what happened, and how two officers end a flag."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from uuid6 import uuid7

from authorizations import operations
from authorizations.models import Sale
from oversight import operations as oversight
from oversight.acts.steps import add_step
from oversight.models import Flag, FlagState, StepKind
from oversight.operations.evaluation import evaluate
from precursors.models import Product
from registry import clock
from registry import operations as registry
from registry.actors import Actor
from registry.models import Membership
from tests import cast
from tests.cast import Firm, kg
from tests.pages.conftest import Flagged, Visit


@pytest.fixture
def first(visit: Visit, regulator: Actor) -> Client:
    return visit(regulator)


@pytest.fixture
def second(visit: Visit, third_officer: Actor) -> Callable[[Flag], Client]:
    """The browser of whoever was drawn for a flag; three officers are there."""
    return lambda flag: visit(cast.drawn(flag))


def address(flag: Flag) -> str:
    return f"/queue/{flag.uuid}/"


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def decide(browser: Client, flag: Flag, outcome: str = "explained", **body: Any) -> Any:
    """Send the form of the page as it stood when `flag` was read."""
    values = {"outcome": outcome, "note": "Scale not tared", "steps_seen": flag.steps_count}
    return browser.post(address(flag), values | body)


def state(flag: Flag) -> str:
    flag.refresh_from_db()
    return flag.state


# What it shows -------------------------------------------------------------------------------


def test_a_case_shows_authorized_beside_actual_with_the_rules_arithmetic(
    first: Client, flagged: Flagged
) -> None:
    page = text(first.get(address(flagged())))
    for part in ("More sold than authorized", "1,000\u00a0kg", "1,080\u00a0kg", "80\u00a0kg"):
        assert part in page
    assert "still support it" in page


def test_a_case_marks_the_site_that_is_not_the_vendors(
    first: Client, flagged: Flagged, rival: Firm
) -> None:
    flag = flagged("1000", rule="site_mismatch", site=rival.site)
    page = text(first.get(address(flag)))
    assert '<span class="app-differs">Rival Imaginario plant</span>' in page
    assert str(rival.site.uuid) not in page + text(first.get("/queue/?tab=all"))


def test_a_case_shows_who_did_what_in_order(first: Client, flagged: Flagged) -> None:
    flag = flagged()
    titles = [entry.title for entry in first.get(address(flag)).context["dossier"].entries]
    assert titles[::-1][:3] == ["Code requested", "Code issued", "Looked up by the vendor"]
    assert "Sale recorded" in titles
    assert titles[0].endswith("flag raised")


def test_a_case_shows_corrections_receipts_and_what_is_booked(
    first: Client, flagged: Flagged, buyer: Firm, vendor: Firm, report: Callable[..., Any]
) -> None:
    flag = flagged()
    sale = Sale.objects.get(authorization=flag.authorization)
    operations.correct_sale(sale, report("1000"), reason="Typing slip", by=vendor.actor)
    page = text(first.get(address(flag)))
    assert "Typing slip" in page
    assert "Agree to the lower figure" in page
    headline = page.split('id="actual"')[1].split("</p>")[0]
    assert "1,080\u00a0kg" in headline
    assert "The vendor now says 1,000\u00a0kg" in page
    assert "Sale booked at 1,080\u00a0kg" in page
    queued = text(first.get("/queue/?tab=all"))
    assert "+80\u00a0kg" in queued
    operations.confirm_receipt(
        sale, received_at=clock.now(), quantity=kg(1000), outcome="satisfactory", by=buyer.actor
    )
    page = text(first.get(address(flag)))
    assert "Receipt confirmed" in page
    assert "Agree to the lower figure" not in page
    assert "1,000\u00a0kg" in page.split('id="actual"')[1].split("</p>")[0]
    assert "The vendor now says" not in page


def test_a_case_is_headed_by_what_the_buyer_received_beyond_the_sale(
    first: Client, flagged: Flagged, buyer: Firm
) -> None:
    flag = flagged("1000", rule="vehicle_not_registered", plate="ZZZ-999")
    sale = Sale.objects.get(authorization=flag.authorization)
    operations.confirm_receipt(
        sale, received_at=clock.now(), quantity=kg(1080), outcome="satisfactory", by=buyer.actor
    )
    page = text(first.get(address(flag)))
    assert "1,080\u00a0kg" in page.split('id="actual"')[1].split("</p>")[0]
    assert "The vendor now says 1,000\u00a0kg" in page


def test_a_void_that_nobody_agreed_to_is_headed_by_what_is_booked(
    first: Client, flagged: Flagged, vendor: Firm
) -> None:
    flag = flagged()
    sale = Sale.objects.get(authorization=flag.authorization)
    operations.void_sale(sale, reason="Never happened", by=vendor.actor)
    page = text(first.get(address(flag)))
    assert "1,080\u00a0kg" in page.split('id="actual"')[1].split("</p>")[0]
    assert "Void: nothing was sold" in page


def test_a_flag_that_no_longer_holds_says_so_and_stays(
    first: Client, flagged: Flagged, buyer: Firm, vendor: Firm, report: Callable[..., Any]
) -> None:
    flag = flagged()
    sale = Sale.objects.get(authorization=flag.authorization)
    operations.correct_sale(sale, report("1000"), reason="Typing slip", by=vendor.actor)
    operations.confirm_receipt(
        sale, received_at=clock.now(), quantity=kg(1000), outcome="satisfactory", by=buyer.actor
    )
    evaluate([flag.authorization_id])
    assert "no longer support it" in text(first.get(address(flag)))
    assert state(flag) == FlagState.OPEN


def test_a_case_shows_other_flags_and_what_the_two_dealt_before(
    first: Client, flagged: Flagged
) -> None:
    before = flagged()
    flag = flagged("1080", plate="ZZZ-999")
    context = first.get(address(flag)).context
    assert {noted.flag.rule for noted in context["others"]} == {"vehicle_not_registered"}
    (dealt,) = context["dossier"].history
    assert dealt.authorization == before.authorization
    assert [noted.flag for noted in dealt.flags] == [before]


def test_a_sale_without_a_code_has_a_case_too(
    first: Client, buyer: Firm, vendor: Firm, acetone: Any, report: Callable[..., Any]
) -> None:
    sale = operations.record_uncoded_sale(
        report("40"),
        buyer=buyer.organization,
        product=acetone,
        reason="Power was out",
        by=vendor.actor,
    )
    evaluate([sale.authorization_id])
    flag = Flag.objects.get(authorization=sale.authorization, rule="sold_without_code")
    page = text(first.get(address(flag)))
    assert "Sold without a code" in page
    assert "Power was out" in page
    assert "Revoke the code" not in page


def test_a_case_asks_the_database_as_often_however_much_happened(
    first: Client, flagged: Flagged, sell: Callable[..., Sale]
) -> None:
    flag = flagged("400", rule="vehicle_not_registered", plate="ZZZ-999")
    first.get(address(flag))
    with CaptureQueriesContext(connection) as little:
        first.get(address(flag))
    sell(flag.authorization, "500", plate="ZZZ-998")
    sell(flag.authorization, "500", plate="ZZZ-997")
    evaluate([flag.authorization_id])
    flagged()
    flagged()
    with CaptureQueriesContext(connection) as much:
        first.get(address(flag))
    assert len(much) <= len(little) + 1 <= 22


def test_a_rule_without_a_sentence_shows_its_evidence(first: Client, flagged: Flagged) -> None:
    flag = flagged()
    flag.pk, flag.uuid, flag.rule, flag.evidence = None, uuid7(), "rule_of_old", {"odd_key": "77"}
    flag.steps_count = 0
    flag.save(force_insert=True)
    add_step(flag, StepKind.RAISED, at=clock.now(), by=Actor.portal(flag.jurisdiction))
    page = text(first.get(address(flag)))
    assert "rule_of_old" in page
    assert "odd_key" in page
    assert "77" in page


@pytest.mark.parametrize(
    ("rule", "changes", "shown"),
    [
        ("site_mismatch", {"site": "rival"}, "Rival Imaginario plant, Rival Imaginario"),
        ("wrong_product", {"product": "toluene"}, "Toluene was sold"),
    ],
)
def test_a_sentence_names_what_the_evidence_keeps_by_its_code(
    first: Client, flagged: Flagged, rival: Firm, rule: str, changes: dict[str, str], shown: str
) -> None:
    things = {"rival": rival.site, "toluene": Product.objects.get(code="toluene")}
    said = {name: things[value] for name, value in changes.items()}
    assert shown in text(first.get(address(flagged("1000", rule=rule, **said))))


def test_a_paper_used_twice_leads_to_the_earlier_sale(first: Client, flagged: Flagged) -> None:
    earlier = flagged(invoice="F001-1").authorization
    flag = flagged("1000", rule="duplicate_document", invoice="F001-1")
    assert f'for the sale of <a class="govuk-link" href="/oversight/{earlier.uuid}/"' in text(
        first.get(address(flag))
    )


# Two officers --------------------------------------------------------------------------------


def test_one_proposes_and_the_second_sees_the_note_and_overrules(
    first: Client, second: Callable[[Flag], Client], flagged: Flagged
) -> None:
    flag = flagged()
    assert "Propose this ending" in text(first.get(address(flag)))
    assert decide(first, flag).url == address(flag)
    assert state(flag) == FlagState.AWAITING_SECOND
    page = text(second(flag).get(address(flag)))
    for part in ("It is for you to decide", "Scale not tared", "Rosa", "Decide as second officer"):
        assert part in page
    decide(second(flag), flag, "confirmed", note="The tare ticket says otherwise")
    assert state(flag) == FlagState.CONFIRMED
    page = text(first.get(address(flag)))
    assert f"Ended by {flag.decided_by}" in page
    assert f"{flag.decided_by} drawn as second officer" in page
    assert "The tare ticket says otherwise" in page
    assert "overruled" in page


def test_the_second_may_agree(
    first: Client, second: Callable[[Flag], Client], flagged: Flagged
) -> None:
    flag = flagged()
    decide(first, flag)
    flag.refresh_from_db()
    assert "You agree with the proposal" in text(second(flag).get(address(flag)))
    decide(second(flag), flag)
    assert state(flag) == FlagState.EXPLAINED


def test_the_proposer_is_told_that_it_awaits_somebody_and_finds_no_form(
    first: Client, second: Callable[[Flag], Client], flagged: Flagged
) -> None:
    flag = flagged()
    decide(first, flag)
    page = text(first.get(address(flag)))
    assert "Awaiting a second officer" in page
    assert 'name="outcome"' not in page


def test_one_person_never_ends_a_high_flag_whatever_is_sent(
    first: Client, second: Callable[[Flag], Client], flagged: Flagged
) -> None:
    flag = flagged()
    for outcome in ("explained", "dismissed", "confirmed"):
        flag.refresh_from_db()
        decide(first, flag, outcome)
        assert state(flag) == FlagState.AWAITING_SECOND
    page = text(decide(first, flag), 422)
    assert "Somebody other than the proposer decides" in page
    assert "Scale not tared" in page


def test_one_person_alone_in_the_authority_ends_no_high_flag(
    first: Client, flagged: Flagged
) -> None:
    flag = flagged()
    decide(first, flag)
    page = text(first.get(address(flag)))
    assert "It waits: there are too few officers" in page
    flag.refresh_from_db()
    decide(first, flag)
    assert state(flag) == FlagState.AWAITING_SECOND


def test_an_officer_who_was_not_drawn_finds_no_form_and_is_refused(
    flagged: Flagged, visit: Visit, regulator: Actor, second_officer: Actor, third_officer: Actor
) -> None:
    flag = oversight.review(flagged(), outcome="explained", note="x", by=regulator)
    other = third_officer if flag.second == second_officer.user else second_officer
    browser = visit(other)
    page = text(browser.get(address(flag)))
    assert "Awaiting a second officer" in page
    assert 'name="outcome"' not in page
    page = text(decide(browser, flag, "confirmed", note="Mine all the same"), 422)
    assert "Another officer was drawn" in page
    assert "Mine all the same" in page
    assert state(flag) == FlagState.AWAITING_SECOND


def test_when_the_drawn_officer_has_left_another_is_drawn_by_the_next_to_try(
    flagged: Flagged, visit: Visit, regulator: Actor, third_officer: Actor
) -> None:
    flag = oversight.review(flagged(), outcome="explained", note="x", by=regulator)
    cast.person(regulator.jurisdiction, "tomas@authority.example", "officer")
    gone = cast.drawn(flag)
    registry.end_membership(Membership.objects.get(user=gone.user), by=gone)
    other = Membership.objects.exclude(user__in=[regulator.user, gone.user]).filter(
        role="officer", ended_at=None
    )
    browser = visit(Actor.person(other[0]))
    assert "A new second officer must be drawn" in text(browser.get(address(flag)))
    page = text(decide(browser, flag, "confirmed", note="Seen"), 422)
    assert "drawn as second officer" in page
    flag.refresh_from_db()
    assert decide(visit(cast.drawn(flag)), flag, "confirmed").status_code == 302
    assert state(flag) == FlagState.CONFIRMED


def test_a_medium_flag_is_ended_by_one(first: Client, flagged: Flagged) -> None:
    flag = flagged("1000", rule="vehicle_not_registered", plate="ZZZ-999")
    page = text(first.get(address(flag)))
    assert "ended by one officer" in page
    decide(first, flag, "dismissed")
    assert state(flag) == FlagState.DISMISSED


def test_an_observation_asks_nobody_to_act(first: Client, flagged: Flagged) -> None:
    flag = flagged("900", rule="quantity_short", complete=True)
    page = text(first.get(address(flag)))
    assert "This is an observation" in page
    assert 'name="outcome"' not in page


# Bad input, and others who were faster -------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "sentence"),
    [
        ({"outcome": ""}, "Choose an answer: How should this flag end?"),
        ({"outcome": "open"}, "Select a valid choice"),
        ({"note": ""}, "Enter this: Why?"),
        ({"note": "   "}, "Enter this: Why?"),
        ({"note": "x" * 4001}, "at most 4000 characters"),
        ({"note": "a\0b"}, "Null characters are not allowed"),
        ({"steps_seen": "x"}, "Open this page again"),
        ({"steps_seen": ""}, "Open this page again"),
        ({"steps_seen": "-1"}, "Open this page again"),
        ({"steps_seen": "9" * 30}, "Something happened to this flag meanwhile"),
    ],
)
def test_what_is_missing_or_wrong_is_told_and_changes_nothing(
    first: Client, flagged: Flagged, body: dict[str, str], sentence: str
) -> None:
    flag = flagged()
    page = text(decide(first, flag, **body), 422)
    assert sentence in page
    assert "<title>Error: " in page
    assert state(flag) == FlagState.OPEN


def test_who_writes_on_an_old_page_sees_what_others_did_and_keeps_the_note(
    first: Client, second: Callable[[Flag], Client], flagged: Flagged
) -> None:
    flag = flagged()
    decide(first, flag, "dismissed", note="A mistake of the rule")
    page = text(decide(second(flag), flag, "confirmed", note="My own view"), 422)
    assert "This happened while you were writing" in page
    assert "A mistake of the rule" in page
    assert "My own view" in page
    assert state(flag) == FlagState.AWAITING_SECOND
    assert f'name="steps_seen" value="{flag.steps_count}"' in page
    decide(second(flag), flag, "confirmed", note="My own view")
    assert state(flag) == FlagState.CONFIRMED


def test_who_writes_after_the_end_sees_it_and_can_copy_the_note(
    first: Client, visit: Visit, second_officer: Actor, flagged: Flagged
) -> None:
    flag = flagged("1000", rule="vehicle_not_registered", plate="ZZZ-999")
    decide(first, flag, "dismissed", note="Plate was renewed")
    page = text(decide(visit(second_officer), flag, "confirmed", note="My own view"), 422)
    for part in ("decided already", "Plate was renewed", "was not recorded", "My own view"):
        assert part in page
    assert state(flag) == FlagState.DISMISSED


def test_a_decision_sent_twice_counts_once(
    first: Client, second: Callable[[Flag], Client], flagged: Flagged
) -> None:
    flag = flagged("1000", rule="vehicle_not_registered", plate="ZZZ-999")
    decide(first, flag)
    steps = Flag.objects.get(pk=flag.pk).steps_count
    assert decide(first, flag).status_code == 422
    assert Flag.objects.get(pk=flag.pk).steps_count == steps


# Who may -------------------------------------------------------------------------------------


def test_a_firm_and_an_inspector_neither_see_nor_end_a_case(
    visit: Visit, flagged: Flagged, buyer: Firm, vendor: Firm, inspector: Actor
) -> None:
    flag = flagged("1000", rule="vehicle_not_registered", plate="ZZZ-999")
    for by in (buyer.actor, vendor.actor, inspector):
        assert visit(by).get(address(flag)).status_code == 403
        assert decide(visit(by), flag).status_code == 403
    assert state(flag) == FlagState.OPEN


def test_a_case_of_another_jurisdiction_does_not_exist(
    visit: Visit, flagged: Flagged, jurisdiction: Any
) -> None:
    flag = flagged()
    sandbox = type(jurisdiction).objects.create(
        code="XX", name="Elsewhere", country="PE", time_zone="UTC", language="en", is_test=True
    )
    stranger = visit(cast.person(sandbox, "sam@elsewhere.example", "officer"))
    assert stranger.get(address(flag)).status_code == 404
    assert decide(stranger, flag).status_code == 404
    assert state(flag) == FlagState.OPEN


@pytest.mark.parametrize(
    "path", ["/queue/not-a-uuid/", f"/queue/{'0' * 8}-0000-0000-0000-{'0' * 12}/"]
)
def test_a_case_that_is_none_is_not_found(first: Client, path: str) -> None:
    assert first.get(path).status_code == 404
