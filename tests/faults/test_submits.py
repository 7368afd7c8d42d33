"""The same act sent many times at once: one effect, and one answer for all."""

from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from authorizations.models import Authorization, Sale
from oversight.models import Flag
from tests.faults.api import Answer
from tests.faults.portal import Portal
from tests.faults.questions import flags_of, unevaluated
from tests.faults.trade import Trade

AT_ONCE = 50
FLAGGED_WITHIN_S = 60


@pytest.mark.long
def test_fifty_equal_reports_with_one_key_are_one_sale_and_fifty_equal_answers(
    portal: Portal, trade: Trade
) -> None:
    code, sale = trade.code(), trade.sale()

    def report(_time: int) -> Answer:
        answer = trade.report(code, sale, key="the same")
        while answer.body.get("code") == "idempotency_in_progress":
            answer = trade.report(code, sale, key="the same")
        return answer

    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(report, range(AT_ONCE)))
    assert {answer.status for answer in answers} == {201}
    assert all(answer.body == answers[0].body for answer in answers)
    replays = Counter(answer.headers["Idempotent-Replay"] for answer in answers)
    assert replays == {None: 1, "true": AT_ONCE - 1}
    assert Sale.objects.filter(authorization__code=code.replace("-", "")).count() == 1


@pytest.mark.long
def test_fifty_equal_requests_with_one_key_are_one_code(portal: Portal, trade: Trade) -> None:
    def ask(_time: int) -> Answer:
        return trade.ask(key="the same")

    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(ask, range(AT_ONCE)))
    assert {answer.body.get("code") for answer in answers} - {"idempotency_in_progress"} == {
        Authorization.objects.get(buyer=trade.buyer.organization).code_in_fours
    }


@pytest.mark.long
def test_fifty_reports_of_one_invoice_are_fifty_sales_of_which_all_but_one_are_flagged(
    portal: Portal, trade: Trade
) -> None:
    code = trade.code(100_000)

    def report(_time: int) -> Answer:
        return trade.sell(code, 1000, invoice="F001-7")

    with ThreadPoolExecutor(AT_ONCE) as clients:
        answers = list(clients.map(report, range(AT_ONCE)))
    assert [answer.status for answer in answers] == [201] * AT_ONCE
    sales = [answer.body["id"] for answer in answers]
    assert len(set(sales)) == AT_ONCE
    portal.until(lambda: not unevaluated(sales), within_s=FLAGGED_WITHIN_S)
    assert len(flags_of(sales, "duplicate_document")) == AT_ONCE - 1
    flagged = Flag.objects.filter(rule="duplicate_document").values_list("subject_id", flat=True)
    first = Sale.objects.filter(uuid__in=sales).earliest("id")
    assert first.pk not in flagged
