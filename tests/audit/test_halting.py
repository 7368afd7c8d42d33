"""While the books are known to be wrong no code is issued; everything else goes on."""

from collections.abc import Callable
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext

from audit.halt import halt_issuing
from authorizations import operations
from authorizations.models import Allowance, Authorization, Sale, Status
from oversight import operations as oversight
from precursors.errors import Refused
from registry import clock
from registry.actors import Actor
from registry.inputs import REASON_LENGTH
from registry.models import Event, Jurisdiction
from tests.cast import Firm, kg

BECAUSE = ["2 entries sum to the allowance"]


def code_of(act: Callable[[], Any]) -> str:
    with pytest.raises(Refused) as refusal:
        act()
    return refusal.value.code


def resume(reason: str = "The row was mended by hand.") -> str:
    told = StringIO()
    call_command("resume_issuing", reason=reason, stdout=told)
    return told.getvalue()


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


def test_an_operator_resumes_it_and_says_why(
    jurisdiction: Jurisdiction, ask: Callable[..., Authorization]
) -> None:
    halt_issuing(because=BECAUSE)
    assert "issued again" in resume("The row was mended by hand.")
    assert ask().status == Status.ISSUED
    event = Event.objects.get(kind="issuing.resumed", jurisdiction=jurisdiction)
    assert event.data == {"reason": "The row was mended by hand.", "accepted": []}
    assert "Nothing was halted" in resume()


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
