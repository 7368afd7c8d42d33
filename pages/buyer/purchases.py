"""What became of the buyer's codes: one of them, all of them, cancelled, received."""

from collections.abc import Iterator
from functools import partial
from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from authorizations import operations
from authorizations.access import events_of, purchases_for, sales_for
from authorizations.models import Authorization, Outcome, Receipt, Sale, Status
from authorizations.models.authorization import LIVE
from authorizations.remaining import remaining
from pages.buyer.forms import (
    CancelForm,
    ConfirmForm,
    HistoryForm,
    ReceiptCorrectionForm,
    ReceiptForm,
)
from pages.buyer.home import awaited_receipts
from pages.deliveries import Delivery, deliveries
from pages.exports import csv_answer, local_time
from pages.guards import firm_required
from pages.lists import filter_removals, page_of
from pages.once import once_per_form
from pages.show import posted, show
from pages.timeline import timeline
from precursors.models import Product
from precursors.quantities import Unit
from registry import clock
from registry.access import firms_found, partners_for
from registry.actors import Actor
from registry.http import actor_of
from registry.periods import end_of_day, start_of_day

PAGE = 25
HEADINGS = [
    gettext_lazy("Code"),
    gettext_lazy("Status"),
    gettext_lazy("Product"),
    gettext_lazy("Quantity"),
    gettext_lazy("Unit"),
    gettext_lazy("Substance contained, in kg"),
    gettext_lazy("Sold of it, in kg"),
    gettext_lazy("Tax number of the vendor"),
    pgettext_lazy("buyer", "Vendor"),
    gettext_lazy("Destination"),
    gettext_lazy("Requested"),
    gettext_lazy("Valid until"),
    gettext_lazy("Sold by the vendor's word, in kg"),  # last: programs read the others by place
]


@firm_required
def purchase(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One authorization as it stands now."""
    by, at = actor_of(request), clock.now()
    authorization = get_object_or_404(purchases_for(by), uuid=uuid)
    status = authorization.status_at(at)
    left = remaining(authorization) if status in LIVE else None
    return show(
        request,
        "buyer/purchase.html",
        authorization=authorization,
        status=status,
        live=status in LIVE,
        remaining=left,
        usable=bool(left),
        deliveries=_deliveries(authorization, by),
        timeline=timeline(authorization, events_of(authorization)),
        at=at,
    )


def _deliveries(authorization: Authorization, by: Actor) -> list[Delivery]:
    return deliveries(sales_for(by).filter(authorization=authorization))


@firm_required
def cancel(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask whether to give the code back; POST does."""
    by = actor_of(request)
    authorization = get_object_or_404(purchases_for(by), uuid=uuid)
    if authorization.status == Status.CANCELLED:
        return redirect("buyer:purchase", uuid)
    form = CancelForm(posted(request))
    if form.is_valid() and form.act(partial(operations.cancel, authorization, by=by)):
        messages.success(request, _("The code is cancelled."))
        return redirect("buyer:purchase", uuid)
    return show(request, "buyer/cancel.html", form=form, authorization=authorization)


@firm_required
def receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask what arrived of a sale and its corrections; POST confirms it, once."""
    by = actor_of(request)
    delivery = _received(by, uuid)
    if delivery.receipt:
        messages.info(request, _("The receipt of this sale has been confirmed already."))
        return _redirect_to_purchase(delivery)
    form = ReceiptForm(posted(request), sale=delivery.sale, initial={"received_at": clock.now()})
    if form.is_valid() and form.act(partial(operations.confirm_receipt, delivery.first, by=by)):
        messages.success(request, _("The receipt is confirmed."))
        _offer_next(request, by)
        return _redirect_to_purchase(delivery)
    return _show_receipt(request, form, delivery)


def _offer_next(request: HttpRequest, by: Actor) -> None:
    """Lead to the receipt that is due next, where one is."""
    due = awaited_receipts(by, at=clock.now())
    if not due:
        return
    sale, address = due[0].sale, reverse("buyer:receipt", args=[due[0].first.uuid])
    text = _("Confirm the next receipt: %(product)s from %(vendor)s")
    text %= {"product": sale.product.name, "vendor": due[0].first.seller.name}
    link = '<a class="govuk-notification-banner__link" href="{}">{}</a>'
    messages.info(request, format_html(link, address, text))


@firm_required
def correct_receipt(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Replace a receipt by a new one. Its quantity is typed again, not copied."""
    by = actor_of(request)
    delivery = _received(by, uuid)
    before = delivery.receipt
    if before is None:
        return redirect("buyer:receipt", uuid)
    form = ReceiptCorrectionForm(
        posted(request), sale=delivery.sale, initial={"received_at": before.received_at}
    )
    if form.is_valid() and form.act(partial(_correct_receipt, delivery.first, by=by)):
        messages.success(request, _("The receipt is corrected."))
        return _redirect_to_purchase(delivery)
    return _show_receipt(request, form, delivery)


def _correct_receipt(sale: Sale, *, token: UUID, by: Actor, **values: Any) -> tuple[str, bool]:
    verb = partial(operations.correct_receipt, sale, **values, by=by)
    return once_per_form(form=f"receipt {sale.uuid}", token=token, act=verb, by=by)


def _received(by: Actor, uuid: UUID) -> Delivery:
    """The sale to the firm that one of its reports names."""
    named = get_object_or_404(sales_for(by).filter(buyer=by.organization), uuid=uuid)
    found = _deliveries(named.authorization, by)
    return next(each for each in found if each.first.pk == named.root_or_self_id)


def _redirect_to_purchase(delivery: Delivery) -> HttpResponse:
    return redirect("buyer:purchase", delivery.first.authorization.uuid)


def _show_receipt(request: HttpRequest, form: ReceiptForm, delivery: Delivery) -> HttpResponse:
    authorization = delivery.first.authorization
    return show(
        request,
        "buyer/receipt.html",
        form=form,
        delivery=delivery,
        authorization=authorization,
        back=reverse("buyer:purchase", args=[authorization.uuid]),
        days=settings.RECEIPT_DUE_DAYS,
    )


@firm_required
def not_mine(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Ask whether a sale without a code is another's; POST says so, by a receipt of nothing."""
    by = actor_of(request)
    sale = get_object_or_404(sales_for(by).filter(buyer=by.organization), uuid=uuid)
    back = reverse("buyer:purchase", args=[sale.authorization.uuid])
    if not sale.authorization.claimed_kg:
        messages.info(request, _("This sale awaits no answer of yours."))
        return redirect(back)
    form = ConfirmForm(posted(request))
    if form.is_valid() and form.act(partial(_deny, sale, by=by)):
        messages.success(request, _("Noted: this sale is not yours, and takes nothing."))
        return redirect(back)
    return show(request, "buyer/not_mine.html", form=form, sale=sale, back=back)


def _deny(sale: Sale, *, by: Actor) -> Receipt:
    return operations.confirm_receipt(
        sale, received_at=clock.now(), quantity=None, outcome=Outcome.NEVER_RECEIVED, by=by
    )


# All of them -----------------------------------------------------------------------------------


@firm_required
def history(request: HttpRequest) -> HttpResponse:
    """What the firm asked for, the newest first, by the filters of the address."""
    by = actor_of(request)
    form = _filters(request, by)
    listed = page_of(
        request,
        _apply_filters(purchases_for(by), form, by),
        among=purchases_for(by),
        size=PAGE,
    )
    at = clock.now()
    for row in listed["rows"]:
        row.shown = row.status_at(at)
    return show(
        request,
        "buyer/history.html",
        form=form,
        removals=list(filter_removals(request, form)),
        export=f"{reverse('buyer:purchases_csv')}?{request.GET.urlencode()}",
        **listed,
    )


@firm_required
def history_csv(request: HttpRequest) -> HttpResponse:
    """The same rows, all of them, as a table to download."""
    by = actor_of(request)
    rows = _apply_filters(purchases_for(by), _filters(request, by), by).order_by("-pk")
    return csv_answer("purchases.csv", _lines(rows, by))  # type: ignore[return-value]


def _filters(request: HttpRequest, by: Actor) -> HistoryForm:
    bought = Product.objects.filter(pk__in=purchases_for(by).order_by().values("product"))
    names = sorted({(product.code, product.name) for product in bought}, key=lambda pair: pair[1])
    form = HistoryForm(request.GET, products=names)
    form.is_valid()
    return form


def _apply_filters(
    rows: QuerySet[Authorization], form: HistoryForm, by: Actor
) -> QuerySet[Authorization]:
    """Apply the filters that make sense; one that does not is shown as wrong, and left out."""
    given, zone = form.cleaned_data, by.jurisdiction.zone
    if status := given.get("status"):
        rows = rows.filter(status=status)
    if code := given.get("product"):
        rows = rows.filter(product__code=code)
    if vendor := given.get("vendor"):
        home = by.jurisdiction.country
        rows = rows.filter(seller__in=firms_found(partners_for(by), vendor, home=home))
    if since := given.get("since"):
        rows = rows.filter(requested_at__gte=start_of_day(since, zone))
    if until := given.get("until"):
        rows = rows.filter(requested_at__lt=end_of_day(until, zone))
    return rows


def _lines(rows: QuerySet[Authorization], by: Actor) -> Iterator[list[object]]:
    """As the list shows them: the days are those of the jurisdiction."""
    zone, at = by.jurisdiction.zone, clock.now()
    yield list(HEADINGS)
    for row in rows.iterator(chunk_size=500):
        yield [
            row.code_in_fours,
            row.status_at(at).label,
            row.product.name,
            row.quantity_value,
            Unit(row.quantity_unit).label,
            row.net_kg,
            row.debited_kg,
            row.seller.tax_id,
            row.seller.name,
            row.destination_site.name if row.destination_site else "",
            local_time(row.requested_at, zone),
            local_time(row.valid_until, zone),
            row.reported_kg,
        ]
