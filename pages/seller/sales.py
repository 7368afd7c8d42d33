"""Sales as the vendor records, corrects and finds them."""

from datetime import date, timedelta
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache

from authorizations import operations
from authorizations.access import sales_for
from authorizations.models import Authorization, Sale
from authorizations.operations import SaleReport
from authorizations.remaining import remaining
from pages.deliveries import Delivery, deliveries
from pages.guards import firm_required
from pages.once import once_per_form, was_sent
from pages.seller.counter import codes_of
from pages.seller.forms import CodelessSaleForm, CorrectionForm, DayForm, SaleForm, VoidForm
from pages.show import posted, show
from pages.templatetags.portal import plates
from precursors.models import Product
from precursors.operations import products_for
from registry import clock
from registry.access import sites_for
from registry.actors import Actor
from registry.http import actor_of
from registry.models import Site

ASKED_MAX = 30  # a page asks so often, once a second, whether the sale has been evaluated


# Recording -------------------------------------------------------------------------------------


@firm_required
def record(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Record a sale against a code, however much, late or strange it was."""
    by = actor_of(request)
    authorization = get_object_or_404(codes_of(by), uuid=uuid)
    form = SaleForm(
        posted(request),
        authorization=authorization,
        products=_other_products(authorization, by),
        sites=_sites(by),
        recorded=_recorded(by),
        was_sent=partial(was_sent, form="sale", by=by),
        initial={"sold_at": clock.now()},
    )
    if form.is_valid():
        done = form.act(partial(_record, authorization, by=by))
        if done:
            return _redirect_to_sale(request, *done)
    return show(
        request,
        "seller/record.html",
        form=form,
        authorization=authorization,
        remaining=remaining(authorization),
        deliveries=_sold_on(authorization, by),
    )


def _sold_on(authorization: Authorization, by: Actor) -> list[Delivery]:
    """What has been sold on a code already: nothing is read before its first sale."""
    if not authorization.sold_kg:
        return []
    return deliveries(sales_for(by).filter(authorization=authorization))


def _record(
    authorization: Authorization, *, token: UUID, report: SaleReport, by: Actor
) -> tuple[str, bool]:
    verb = partial(operations.record_sale, authorization, report, by=by)
    return once_per_form(form="sale", token=token, act=verb, by=by)


@firm_required
def record_codeless(request: HttpRequest) -> HttpResponse:
    """Record a sale that was made without a code."""
    by = actor_of(request)
    form = CodelessSaleForm(
        posted(request),
        by=by,
        sites=_sites(by),
        recorded=_recorded(by),
        was_sent=partial(was_sent, form="codeless sale", by=by),
        initial={"sold_at": clock.now()},
    )
    if form.is_valid():
        done = form.act(partial(_record_codeless, by=by))
        if done:
            return _redirect_to_sale(request, *done)
    return show(request, "seller/record_codeless.html", form=form)


def _record_codeless(*, token: UUID, by: Actor, **values: Any) -> tuple[str, bool]:
    verb = partial(operations.record_uncoded_sale, **values, by=by)
    return once_per_form(form="codeless sale", token=token, act=verb, by=by)


@firm_required
def correct(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Replace a report by a new one. Its quantity is typed again, not copied."""
    by = actor_of(request)
    sale = _mine(by, uuid)
    if newer := _replacement(sale):
        return _show_newer(request, newer)
    form = CorrectionForm(
        posted(request),
        authorization=sale.authorization,
        instead_of=sale,
        products=_other_products(sale.authorization, by),
        sites=_sites(by, sale.site),
        recorded=_recorded(by),
        was_sent=partial(was_sent, form=f"correction {sale.uuid}", by=by),
        initial=_prefill(sale),
    )
    if form.is_valid():
        done = form.act(partial(_correct, sale, by=by))
        if done:
            return _redirect_to_sale(request, *done)
    return show(request, "seller/correct.html", form=form, sale=sale)


def _prefill(sale: Sale) -> dict[str, Any]:
    """The values of a report, except its quantity."""
    same = ("sold_at", "driver_document", "driver_license", "invoice", "guide")
    other = sale.product.code if sale.product_id != sale.authorization.product_id else ""
    return {
        **{name: getattr(sale, name) for name in same},
        "site": str(sale.site.uuid),
        "plate": plates(sale.plates),
        "seals": "\n".join(sale.seals),
        "other_product": other,
    }


def _correct(sale: Sale, *, token: UUID, by: Actor, **values: Any) -> tuple[str, bool]:
    verb = partial(operations.correct_sale, sale, **values, by=by)
    return once_per_form(form=f"correction {sale.uuid}", token=token, act=verb, by=by)


@firm_required
def void(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Declare that a reported sale did not happen."""
    by = actor_of(request)
    sale = _mine(by, uuid)
    if newer := _replacement(sale):
        return _show_newer(request, newer)
    form = VoidForm(posted(request))
    if form.is_valid():
        done = form.act(partial(_void, sale, by=by))
        if done:
            return _redirect_to_sale(request, *done)
    return show(request, "seller/void.html", form=form, sale=sale)


def _void(sale: Sale, *, token: UUID, reason: str, by: Actor) -> tuple[str, bool]:
    verb = partial(operations.void_sale, sale, reason=reason, by=by)
    return once_per_form(form=f"void {sale.uuid}", token=token, act=verb, by=by)


def _redirect_to_sale(request: HttpRequest, uuid: str, again: bool) -> HttpResponse:
    if again:
        messages.info(request, _("This form was sent before. Nothing was recorded a second time."))
    return redirect("seller:sale", uuid)


def _show_newer(request: HttpRequest, newer: Sale) -> HttpResponse:
    """A replaced report is not replaced again: here is the one in force."""
    messages.info(request, _("This report has been replaced. This is the one in force."))
    return redirect("seller:sale", newer.uuid)


def _recorded(by: Actor) -> QuerySet[Sale]:
    return sales_for(by).filter(seller=by.organization)


def _sites(by: Actor, kept: Site | None = None) -> list[Site]:
    """Those that are offered, and the one that a report named already."""
    offered = Q(retired_at=None) | Q(pk=kept.pk if kept else None)
    return list(sites_for(by).filter(offered).order_by("name", "pk"))


def _other_products(authorization: Authorization, by: Actor) -> list[Product]:
    products = products_for(by.jurisdiction.code)
    return list(products.exclude(code=authorization.product.code))


# Reading ---------------------------------------------------------------------------------------


@firm_required
@never_cache
def sale(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """One report, what replaced it, and whether it has been evaluated."""
    by = actor_of(request)
    row = _mine(by, uuid)
    found = deliveries(sales_for(by).filter(authorization=row.authorization))
    delivery = next(d for d in found if d.first.pk == row.root_or_self_id)
    return show(
        request,
        "seller/sale.html",
        sale=row,
        delivery=delivery,
        newer=_replacement(row),
        **_progress(request, row),
    )


@firm_required
@never_cache
def sale_status(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """How far the evaluation has come: the part of the page that asks again by itself."""
    row = _mine(actor_of(request), uuid)
    content = {"sale": row, **_progress(request, row)}
    return show(request, "seller/sale_status.html", **content)


def _progress(request: HttpRequest, sale: Sale) -> dict[str, Any]:
    asked = request.GET.get("asked", "0")
    count = int(asked) if asked.isascii() and asked.isdigit() and len(asked) < 4 else 0
    evaluations = sale.authorization.evaluations.filter(version__gte=sale.version)
    return {"evaluated": evaluations.exists(), "asked": count + 1, "patient": count < ASKED_MAX}


@firm_required
def sales(request: HttpRequest) -> HttpResponse:
    """The sales of one day, as they stand now."""
    by = actor_of(request)
    form = DayForm(request.GET)
    today = clock.today(by.jurisdiction)
    day = (form.cleaned_data["day"] if form.is_valid() else None) or today
    return show(
        request,
        "seller/sales.html",
        form=form,
        day=day,
        today=today,
        before=day - timedelta(days=1),
        after=day + timedelta(days=1) if day < today else None,
        sales=_of_day(by, day),
    )


def _of_day(by: Actor, day: date) -> QuerySet[Sale]:
    in_force = sales_for(by).filter(seller=by.organization, sold_on=day, replaced_by=None)
    return in_force.order_by("-sold_at", "-pk")


def _mine(by: Actor, uuid: UUID) -> Sale:
    rows = sales_for(by).filter(seller=by.organization).select_related("authorization__buyer")
    related = ("product__precursor", "ruleset", "vehicle")
    rows = rows.select_related(*(f"authorization__{each}" for each in related))
    return get_object_or_404(rows, uuid=uuid)


def _replacement(sale: Sale) -> Sale | None:
    """The report in force, where it is another one."""
    if not Sale.objects.filter(replaces=sale).exists():
        return None
    return Sale.objects.filter(root=sale.root_or_self_id).order_by("-version").first()
