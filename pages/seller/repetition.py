"""Whether a sale that is being entered has been recorded already."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import QuerySet
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext

from authorizations.models import Sale
from pages.templatetags.portal import quantity as written
from precursors.quantities import Quantity

WITHIN = timedelta(minutes=5)  # no vehicle is loaded twice with the same in this time


@dataclass(frozen=True)
class Load:
    """What was typed of it."""

    sold_at: datetime
    amount: Quantity
    product: str
    plate: str


def find_alike(sales: QuerySet[Sale], load: Load) -> Sale | None:
    """The first of the sales in force that may be the same load."""
    in_force = sales.filter(is_void=False, replaced_by=None, sold_on=load.sold_at.date())
    rows = in_force.select_related("product").order_by("pk")
    return next((sale for sale in rows if _is_alike(sale, load)), None)


def describe(sale: Sale) -> str:
    """Ask whether what is entered is another than this one."""
    return gettext(
        "A sale of %(amount)s on %(moment)s with the vehicle %(plate)s has been recorded"
        " already. If this is the same one, there is nothing left to do. If it is another, say"
        " so."
    ) % {
        "amount": written(sale.quantity_value, sale.quantity_unit),
        "moment": date_format(localtime(sale.sold_at), "DATETIME_FORMAT"),
        "plate": sale.plate,
    }


def _is_alike(sale: Sale, load: Load) -> bool:
    one, other = sale.quantity, load.amount
    return (
        (one.base, one.unit.dimension) == (other.base, other.unit.dimension)
        and sale.product.code == load.product
        and abs(sale.sold_at - load.sold_at) <= WITHIN
        and _bare(load.plate).startswith(_bare(sale.plate))
    )


def _bare(plate: str) -> str:
    """Its letters and digits alone."""
    return "".join(filter(str.isalnum, plate)).upper()
