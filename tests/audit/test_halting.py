"""While the books are known to be wrong no code is issued; everything else goes on."""

from collections.abc import Callable
from functools import partial
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.halt import halt_issuing, reasons_to_halt
from audit.models import Violation
from audit.resumption import propose_resuming
from authorizations import operations
from authorizations.models import Allowance, Authorization, Sale, Status
from oversight import operations as oversight
from precursors.errors import Refused
from registry import clock, proposals
from registry.actors import Actor
from registry.inputs import REASON_LENGTH
from registry.models import ApiKey, Event, Jurisdiction, Proposal, User
from tests.cast import Firm, kg, person

BECAUSE = ["2 entries sum to the allowance"]
REASON = "The row was mended by hand."


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def user_of(by: Actor) -> User:
    assert by.user
    return by.user


def resume(reason: str = REASON) -> str:
    """What the operator's command tells."""
    told = StringIO()
    call_command("resume_issuing", reason=reason, stdout=told)
    return told.getvalue()


def broken(subject: str = "7", number: int = 8) -> Violation:
    return Violation.objects.create(
        number=number, invariant="8 no code twice", subject=subject, found_at=clock.now()
    )


def waiting() -> Proposal:
    return Proposal.objects.get(act="issuing.resume", state="proposed")


def test_no_code_is_given_to_who_asks(ask: Callable[..., Authorization]) -> None:
    halt_issuing(because=BECAUSE)
    assert code_of(ask) == "issuing_halted"
    assert not Authorization.objects.exists() and not Allowance.objects.exists()


def test_no_pending_request_is_issued(ask: Callable[..., Authorization], regulator: Actor) -> None:
    pending, issued = ask("6000"), ask("1000")
    halt_issuing(because=BECAUSE)
    assert code_of(lambda: operations.issue(pending, by=regulator)) == "issuing_halted"
    pending.refresh_from_db()
    assert pending.status == Status.PENDING
    # What is done already is answered as ever.
    assert operations.issue(issued, by=regulator).status == Status.ISSUED


def test_all_else_goes_on(
    ask: Callable[..., Authorization],
    sell: Callable[..., Sale],
    report: Callable[..., operations.SaleReport],
    buyer: Firm,
    vendor: Firm,
    acetone: Any,
    regulator: Actor,
) -> None:
    sold, given_back, pending = ask(), ask(), ask("6000")
    halt_issuing(because=BECAUSE)
    sale = sell(sold, "900")
    operations.record_uncoded_sale(
        report("5"), buyer=buyer.organization, product=acetone, reason="outage", by=vendor.actor
    )
    operations.confirm_receipt(
        sale,
        received_at=clock.now(),
        quantity=kg(900),
        outcome="satisfactory",
        by=buyer.actor,
    )
    operations.cancel(given_back, by=buyer.actor)
    operations.refuse(pending, reason="not now", by=regulator)
    oversight.evaluate([sold.pk, given_back.pk, pending.pk])


def test_it_is_halted_once_with_an_event_that_says_why(
    jurisdiction: Jurisdiction, ask: Callable[..., Authorization]
) -> None:
    assert halt_issuing(because=BECAUSE)
    assert not halt_issuing(because=["8 no code twice"])
    event = Event.objects.get(kind="issuing.halted", jurisdiction=jurisdiction)
    assert event.data == {"because": BECAUSE}
    assert not Jurisdiction.objects.filter(issuing_halted_at=None).exists()


def test_an_operator_alone_resumes_nothing(
    ask: Callable[..., Authorization], regulator: Actor
) -> None:
    broken()
    halt_issuing(because=BECAUSE)
    told = resume()
    assert "8 no code twice: 7" in told and user_of(regulator).email in told
    assert code_of(ask) == "issuing_halted"
    assert resume() == told  # what waits, and no second proposal
    assert Violation.objects.get().accepted_at is None


def test_the_command_says_where_nobody_may_agree(jurisdiction: Jurisdiction) -> None:
    halt_issuing(because=BECAUSE)
    assert "there is no officer" in resume()


def test_an_officer_agrees_to_what_the_operator_proposed(
    jurisdiction: Jurisdiction, ask: Callable[..., Authorization], regulator: Actor
) -> None:
    error = broken()
    halt_issuing(because=BECAUSE)
    resume()
    proposal = waiting()
    proposals.approve(proposal, by=regulator)
    assert ask().status == Status.ISSUED
    assert not Jurisdiction.objects.exclude(issuing_halted_at=None).exists()  # sandboxes too
    event = Event.objects.get(kind="issuing.resumed", jurisdiction=jurisdiction)
    accepted = ["8 no code twice: 7"]
    assert event.data == {"reason": REASON, "accepted": accepted, "proposal": str(proposal.uuid)}
    assert event.user == regulator.user
    error.refresh_from_db()
    assert error.accepted_at and error.resuming == proposal
    assert reasons_to_halt() == []
    assert "Nothing was halted" in resume()


def test_what_an_officer_proposed_another_agrees_to(
    ask: Callable[..., Authorization], regulator: Actor, second_officer: Actor
) -> None:
    halt_issuing(because=BECAUSE)
    proposal = propose_resuming(reason=REASON, by=regulator)
    again = partial(propose_resuming, reason=REASON, by=second_officer)
    assert code_of(again) == "proposal_pending"
    alone = partial(proposals.approve, proposal, by=regulator)
    assert code_of(alone) == "second_must_differ"
    assert code_of(ask) == "issuing_halted"
    proposals.approve(proposal, by=second_officer)
    assert ask().status == Status.ISSUED


def test_no_key_decides_it_whatever_its_scopes(buyer: Firm, vendor: Firm) -> None:
    halt_issuing(because=BECAUSE)
    key = ApiKey.objects.filter(organization=None, scopes__contains=["registry:grant"]).first()
    assert key is not None
    propose_resuming(reason=REASON, by=Actor.program(key))
    assert waiting().decided_key is None


def test_nothing_is_accepted_that_was_found_since(
    ask: Callable[..., Authorization], regulator: Actor
) -> None:
    first = broken()
    halt_issuing(because=BECAUSE)
    resume()
    proposal, later = waiting(), broken("8")
    assert code_of(partial(proposals.approve, proposal, by=regulator)) == "proposal_outdated"
    assert code_of(ask) == "issuing_halted"
    assert not Violation.objects.exclude(accepted_at=None).exists()
    assert "7, 8" in resume()  # and what is outdated waits no more
    proposal.refresh_from_db()
    assert proposal.state == "expired"
    assert waiting().terms == {"violations": [first.pk, later.pk]}
    proposals.approve(waiting(), by=regulator)
    assert ask().status == Status.ISSUED


def test_what_was_mended_meanwhile_is_not_accepted(regulator: Actor) -> None:
    mended, stays = broken(), broken("8")
    halt_issuing(because=BECAUSE)
    resume()
    Violation.objects.filter(pk=mended.pk).update(cleared_at=clock.now())
    proposals.approve(waiting(), by=regulator)
    accepted = Violation.objects.exclude(accepted_at=None)
    assert list(accepted) == [stays]


def test_a_sandbox_resumes_nothing(jurisdiction: Jurisdiction) -> None:
    halt_issuing(because=BECAUSE)
    sandbox = Jurisdiction.objects.get(code="PE-TEST")
    of_sandbox = person(sandbox, "sam@sandbox.example", "officer")
    again = partial(propose_resuming, reason=REASON, by=of_sandbox)
    assert code_of(again) == "resumed_by_authority"


def test_a_firm_proposes_nothing_of_the_kind(buyer: Firm) -> None:
    halt_issuing(because=BECAUSE)
    again = partial(propose_resuming, reason=REASON, by=buyer.actor)
    assert code_of(again) == "not_the_authority"


@pytest.mark.parametrize("reason", ["  ", "x" * (REASON_LENGTH + 1)])
def test_without_a_reason_that_can_be_kept_it_stays_halted(
    ask: Callable[..., Authorization], reason: str
) -> None:
    halt_issuing(because=BECAUSE)
    with pytest.raises(CommandError):
        resume(reason)
    assert code_of(ask) == "issuing_halted"


def test_asking_costs_no_statement(ask: Callable[..., Authorization], settings: Any) -> None:
    settings.PREPARED_STATEMENTS = False  # so that the texts are seen
    ask()  # opens the allowances
    with CaptureQueriesContext(connection) as asked:
        ask()
    looking = [q["sql"] for q in asked if "SELECT issuing_halted_at" in q["sql"]]
    assert len(looking) == 1
    assert "FOR NO KEY UPDATE OF buyer" in looking[0]  # it is read with what else is read
    assert not [q for q in asked if 'FROM "registry_jurisdiction"' in q["sql"]]
