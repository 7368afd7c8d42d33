"""Finds an earlier sale on the same papers: one invoice over loads of one code is used once."""

from collections.abc import Iterator
from dataclasses import replace
from itertools import takewhile

from rules.comparison import compare_sold
from rules.facts import Facts, SaleFacts, Twin
from rules.rule import Setting


def find_twin(sale: SaleFacts, facts: Facts, setting: Setting) -> Twin | None:
    """Return an earlier sale on another code, else on the same one, that has a number of this."""
    return next(iter(sale.twins), None) or next(_own_twins(sale, facts, setting), None)


def _own_twins(sale: SaleFacts, facts: Facts, setting: Setting) -> Iterator[Twin]:
    before = list(takewhile(lambda other: other.id != sale.id, facts.sales))
    told = sale.current
    for other in _on_same(before, "invoice", sale):
        if not _are_loads_of_one_invoice(other, sale, before, facts, setting):
            yield Twin("invoice", told.invoice, other.uuid)
    for other in _on_same(before, "guide", sale):
        yield Twin("guide", told.guide, other.uuid)


def _on_same(before: list[SaleFacts], document: str, sale: SaleFacts) -> list[SaleFacts]:
    """The earlier sales in force whose paper has the number of this one's, if it has one."""
    key = getattr(sale.current, f"{document}_key")
    alike = [each for each in before if getattr(each.current, f"{document}_key") == key]
    return [each for each in alike if key and not each.is_void]


def _are_loads_of_one_invoice(
    other: SaleFacts, sale: SaleFacts, before: list[SaleFacts], facts: Facts, setting: Setting
) -> bool:
    """Whether each had a guide of its own, and all on the invoice are within the code."""
    guides = {other.current.guide_key, sale.current.guide_key}
    if not facts.has_code or "" in guides or len(guides) == 1:
        return False
    loads = (*_on_same(before, "invoice", sale), sale)
    return not compare_sold(replace(facts, sales=loads), setting).is_exceeded
