"""Reads what was said of one sale, in order, and what it counts at."""

from decimal import Decimal

from authorizations.models import Receipt, Sale
from authorizations.models.sales import NOTHING_ARRIVED
from rules.count import Step, Word, counted


def counted_kg(root: Sale) -> Decimal:
    """Net kg the sale counts at now; `root` is its first report."""
    return counted(steps(root))


def rise_kg(root: Sale, step: Step) -> Decimal:
    """By how many net kg the sale counts at more, or less, once this is said too."""
    said = steps(root)
    return counted([*said, step]) - counted(said)


def steps(root: Sale) -> list[Step]:
    """Reports, receipt and agreements of a sale, by the version that each made."""
    said = [(root.version, Step(Word.REPORTED, root.net_kg))]
    said += [(r.version, Step(Word.REPORTED, r.net_kg)) for r in root.reports.all()]
    said += [(r.version, received(r)) for r in Receipt.objects.filter(sale=root)]
    said += [(a.version, Step(Word.AGREED)) for a in root.agreements.all()]
    return [step for _version, step in sorted(said, key=lambda pair: pair[0])]


def received(receipt: Receipt) -> Step:
    """What the buyer's word says."""
    if receipt.outcome in NOTHING_ARRIVED:
        return Step(Word.NOTHING_ARRIVED)
    return Step(Word.RECEIVED, receipt.net_kg)


def in_force(root: Sale) -> Sale:
    """The report of a sale that no other replaces."""
    return root.reports.order_by("-version").first() or root
