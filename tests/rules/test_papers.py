"""One invoice over several loads of a code, each with its guide, is no document used twice."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import rules
from rules import Facts, SaleFacts
from tests.rules.build import ended, facts, found, report, sale

Load = tuple[str, str, int]  # invoice, guide, kg


def load(number: int, invoice: str, guide: str, kg: int | None = 500) -> SaleFacts:
    text = None if kg is None else f"{kg} kg"
    papers = {"invoice": invoice, "guide": guide, "invoice_key": invoice, "guide_key": guide}
    return sale(report(text, number + 2, **papers), id=number, uuid=f"sale-{number}")


def flagged(known: Facts) -> dict[int | None, tuple[str, str]]:
    """Of each sale flagged, the paper and the earlier sale."""
    return {
        finding.sale: (finding.evidence["document"], finding.evidence["earlier_sale"])
        for finding in rules.evaluate(known, rules.defaults())
        if finding.rule == "duplicate_document"
    }


def test_two_half_loads_on_one_invoice_with_a_guide_each_are_not_flagged() -> None:
    assert flagged(facts(load(1, "F1", "T1"), load(2, "F1", "T2"))) == {}


def test_the_load_that_makes_it_more_than_the_code_allows_is_flagged() -> None:
    loads = [load(1, "F1", "T1"), load(2, "F1", "T2", 505), load(3, "F1", "T3", 1)]
    assert flagged(facts(*loads)) == {3: ("invoice", "sale-1")}


@pytest.mark.parametrize("guides", [("T1", ""), ("", "T2"), ("", "")])
def test_a_load_without_a_guide_of_its_own_is_flagged(guides: tuple[str, str]) -> None:
    loads = [load(number, "F1", guide) for number, guide in enumerate(guides, 1)]
    assert flagged(facts(*loads)) == {2: ("invoice", "sale-1")}


def test_one_guide_for_two_loads_is_flagged_whatever_the_invoices() -> None:
    assert flagged(facts(load(1, "F1", "T1"), load(2, "F2", "T1"))) == {2: ("guide", "sale-1")}
    assert flagged(facts(load(1, "F1", "T1"), load(2, "F1", "T1"))) == {2: ("invoice", "sale-1")}


def test_a_void_load_gives_its_papers_back() -> None:
    assert flagged(facts(load(1, "F1", "T1", None), load(2, "F1", "T1"))) == {}


def test_without_a_code_there_is_nothing_to_share() -> None:
    loads = (load(1, "F1", "T1"), load(2, "F1", "T2"))
    known = ended(*loads, has_code=False, issued_at=None, authorized="0 kg")
    assert found("duplicate_document", known)


@settings(max_examples=300, deadline=None)
@given(
    st.lists(
        st.tuples(
            st.sampled_from(["", "F1", "F2"]),
            st.sampled_from(["", "T1", "T2", "T3"]),
            st.sampled_from([100, 335, 500, 505, 506]),
        ),
        max_size=5,
    )
)
def test_the_loads_flagged_are_those_of_the_oracle(loads: list[Load]) -> None:
    known = facts(*(load(number, *each) for number, each in enumerate(loads, 1)))
    assert set(flagged(known)) == {
        number for number in range(1, len(loads) + 1) if is_used_twice(loads[:number])
    }


def is_used_twice(loads: list[Load]) -> bool:
    """Whether the last load bears a paper of one before it that they may not share."""
    invoice, guide, _kg = loads[-1]
    on_invoice = [each for each in loads if each[0] == invoice != ""]
    guides = [each[1] for each in on_invoice]
    apart = guide and guide not in guides[:-1] and "" not in guides
    within = sum(kg for _invoice, _guide, kg in on_invoice) <= 1005
    reused = guide and any(each[1] == guide for each in loads[:-1])
    return bool(reused or (len(on_invoice) > 1 and not (apart and within)))
