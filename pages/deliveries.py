"""Sales as people see them: each with the reports that replaced one another, and its receipt."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from authorizations.models import Receipt, Sale


@dataclass
class Delivery:
    """One sale: its first report, those that replaced it, and the buyer's word."""

    first: Sale
    reports: list[Sale] = field(default_factory=list)

    @property
    def sale(self) -> Sale:
        """The report in force."""
        return self.reports[-1] if self.reports else self.first

    @property
    def receipt(self) -> Receipt | None:
        return getattr(self.first, "receipt", None)

    @property
    def is_corrected(self) -> bool:
        return bool(self.reports) and not self.sale.is_void


def deliveries(sales: Iterable[Sale]) -> list[Delivery]:
    """Gather reports, given in any order, by the sale they are about; the oldest first."""
    found: dict[int, Delivery] = {}
    for sale in sorted(sales, key=lambda sale: sale.version):
        if sale.root_id is None:
            found[sale.pk] = Delivery(sale)
        elif sale.root_id in found:
            found[sale.root_id].reports.append(sale)
    return list(found.values())
