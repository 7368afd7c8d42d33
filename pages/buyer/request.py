"""The buyer asks for a code: four questions, a check, a confirmation."""

from collections.abc import Iterable
from functools import partial
from typing import Any
from uuid import UUID, uuid4

from django.conf import settings
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.urls import reverse

from authorizations import operations
from authorizations.access import purchases_for
from authorizations.models import Authorization
from authorizations.models.authorization import LIVE
from authorizations.remaining import remaining
from pages.buyer.drafts import QUESTIONS, Draft, already_sent, drafting
from pages.buyer.forms import ConfirmForm, DeliveryForm, ProductForm, QuantityForm, VendorForm
from pages.buyer.outlook import bars_of, in_units, outlook, require_eligible
from pages.guards import firm_required
from pages.once import once_per_form
from pages.show import posted, show
from pages.templatetags.portal import tax_number
from pages.verb_form import VerbForm
from precursors.models import Product
from precursors.operations import products_for, search_products
from precursors.quantities import Quantity
from precursors.search import fold
from registry import clock
from registry.access import (
    current_sites_for,
    firms_found,
    partners_for,
    permits_for,
    vehicles_for,
)
from registry.actors import Actor
from registry.http import actor_of
from registry.models import Organization, Vehicle
from registry.models.firms import Activity, PermitState
from registry.plates import write_plate
from registry.tax_numbers import looked_up

FOUND_MAX = 20
VENDORS_MAX = 5  # shown of those whose name fits: a search is no list of all firms
LETTERS_MIN = 3
VEHICLES_MAX = 100


@firm_required
def start(request: HttpRequest) -> HttpResponse:
    """Begin a new draft, unless every request would be refused; kept from its first answer on."""
    if bars := bars_of(actor_of(request)):
        return show(request, "buyer/request_barred.html", bars=bars)
    return redirect("buyer:request_product", uuid4())


@drafting
def product(request: HttpRequest, draft: Draft) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    permitted = _permitted(draft.by)
    found = _found_products(query, draft.by)
    offered = {
        p.code: p for p in [*found, *([draft.product] if draft.product else []), *permitted]
    }
    form = ProductForm(
        posted(request),
        choices=[(code, p.name) for code, p in offered.items()],
        initial=draft.answers,
    )
    if form.is_valid():
        asked = draft.purchase(offered[form.cleaned_data["product"]])
        if form.attempt(partial(require_eligible, asked, field="product")):
            draft.answer(product=form.cleaned_data["product"])
            return _onward(draft)
    return _question(
        request, draft, form, query=query, found=found, offered=offered, most=FOUND_MAX
    )


def _permitted(by: Actor) -> list[Product]:
    """Products of the substances that the firm's permits let it buy."""
    permits = permits_for(by).filter(activity=Activity.BUY, state=PermitState.IN_FORCE)
    permits = permits.filter(license__valid_to__gte=clock.today(by.jurisdiction))
    products = products_for(by.jurisdiction.code)
    return list(products.filter(precursor__in=permits.values("precursor")))


def _found_products(query: str, by: Actor) -> list[Product]:
    return list(search_products(query, by.jurisdiction.code)[:FOUND_MAX]) if query else []


@drafting
def quantity(request: HttpRequest, draft: Draft) -> HttpResponse:
    if draft.product is None:
        return _onward(draft)
    form = QuantityForm(posted(request), initial=draft.answers)
    form.offer(draft.product.units, draft.answers.get("unit", ""))
    if form.is_valid() and (amount := form.amount) and form.act(partial(_may_buy, draft)):
        draft.answer(quantity=f"{amount.value.normalize():f}", unit=amount.unit.value)
        return _onward(draft)
    asked = draft.ask
    room = operations.headroom(asked)
    return _question(
        request,
        draft,
        form,
        room=room,
        reserved_kg=room.reserved_kg + room.held_kg,
        largest=in_units(room.largest_kg, draft.product),
        outlook=outlook(asked, room),
    )


def _may_buy(draft: Draft, *, quantity: Quantity) -> bool:
    """Whether so much can be weighed and bought at all; the site may be another one yet.

    Raises Refused: density_unknown, net_is_zero, not_eligible.
    """
    assert draft.product
    return require_eligible(draft.purchase(draft.product, quantity=quantity), field="quantity")


@drafting
def vendor(request: HttpRequest, draft: Draft) -> HttpResponse:
    query = request.GET.get("q", "").strip()
    found = _found_vendors(query, draft.by)
    known = _recent_vendors(draft.by)
    offered = {str(firm.uuid): firm for firm in _known_firms([*found, draft.seller, *known])}
    form = VendorForm(
        posted(request),
        choices=[
            (uuid, f"{firm.name}, {tax_number(firm.tax_id)}") for uuid, firm in offered.items()
        ],
        initial=draft.answers,
    )
    if form.is_valid():
        chosen = offered[form.cleaned_data["seller"]]
        if form.attempt(partial(_may_buy_from, draft, chosen)):
            draft.answer(seller=form.cleaned_data["seller"])
            return _onward(draft)
    too_short = bool(query) and len(fold(query)) < LETTERS_MIN
    return _question(
        request,
        draft,
        form,
        query=query,
        found=found,
        offered=offered,
        most=VENDORS_MAX,
        too_short=too_short,
    )


def _may_buy_from(draft: Draft, seller: Organization) -> bool:
    if draft.product is None:
        return True
    asked = draft.purchase(draft.product, quantity=draft.quantity, seller=seller)
    return require_eligible(asked, field="seller")


def _found_vendors(query: str, by: Actor) -> list[Organization]:
    """The firm of exactly this tax number, or the first few of this name."""
    if len(fold(query)) < LETTERS_MIN:
        return []
    assert by.organization
    others, home = partners_for(by), by.jurisdiction.country
    others = others.exclude(pk=by.organization.pk)
    if exact := others.filter(tax_id=looked_up(query, home=home)).first():
        return [exact]
    if not any(sign.isalpha() for sign in query):
        return []
    return list(firms_found(others, query, home=home).order_by("name", "pk")[:VENDORS_MAX])


def _recent_vendors(by: Actor) -> list[Organization]:
    """Those the firm bought from last."""
    sellers = [row.seller for row in purchases_for(by).order_by("-pk")[:FOUND_MAX]]
    return list(dict.fromkeys(sellers))[:VENDORS_MAX]


def _known_firms(firms: Iterable[Organization | None]) -> list[Organization]:
    return [firm for firm in firms if firm]


@drafting
def delivery(request: HttpRequest, draft: Draft) -> HttpResponse:
    sites = current_sites_for(draft.by).order_by("name", "pk")
    form = DeliveryForm(
        posted(request),
        choices=[(str(site.uuid), f"{site.name}, {site.address}") for site in sites],
        by=draft.by,
        initial={**draft.answers, "plate": write_plate(draft.answers.get("plate", ""))},
    )
    if form.is_valid() and form.attempt(partial(_may_deliver, draft, form)):
        draft.answer(**form.cleaned_data)
        return _onward(draft)
    return _question(
        request, draft, form, vehicles=_own_vehicles(draft.by), **_would_pass(draft, form)
    )


def _own_vehicles(by: Actor) -> QuerySet[Vehicle]:
    """Those that are offered beside the free text: what collects may be another's."""
    return vehicles_for(by).filter(retired_at=None).order_by("plate")[:VEHICLES_MAX]


def _may_deliver(draft: Draft, form: DeliveryForm) -> bool:
    if draft.product is None or draft.quantity is None:
        return True
    site = current_sites_for(draft.by).get(uuid=form.cleaned_data["site"])
    asked = draft.purchase(draft.product, quantity=draft.quantity, site=site)
    return require_eligible(asked, field="site")


def _would_pass(draft: Draft, form: VerbForm) -> dict[str, Any]:
    """What would not be refused, beside a refusal."""
    room = form.refusal.data.get("headroom") if form.refusal else None
    if room is None or draft.product is None:
        return {"room": None, "largest": []}
    return {"room": room, "largest": in_units(room.largest_kg, draft.product)}


@drafting
def check(request: HttpRequest, draft: Draft) -> HttpResponse:
    """Show every answer with a link to change it; POST asks for the code."""
    if draft.next_question != "check":
        return _onward(draft)
    form = ConfirmForm(posted(request))
    if form.is_valid() and (done := form.act(partial(_send, draft))):
        uuid, again = done
        draft.answer(authorization=uuid)
        if again:
            already_sent(request)
        return redirect("buyer:confirmation", uuid)
    assert draft.product and draft.quantity
    asked = draft.whole
    room = operations.headroom(asked)
    return _question(
        request,
        draft,
        form,
        net_kg=draft.product.net_kg(draft.quantity),
        largest=in_units(room.largest_kg, draft.product),
        room=room,
        outlook=outlook(asked, room),
    )


def _send(draft: Draft) -> tuple[str, bool]:
    return once_per_form(
        form="request", token=draft.uuid, act=lambda: _request(draft), by=draft.by
    )


def _request(draft: Draft) -> Authorization:
    assert draft.product and draft.quantity and draft.seller and draft.site  # asked for above
    return operations.request(
        seller=draft.seller,
        product=draft.product,
        quantity=draft.quantity,
        destination_site=draft.site,
        vehicle=draft.vehicle,
        purpose=draft.answers.get("purpose", ""),
        by=draft.by,
    )


@firm_required
def confirmation(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The code to take along, on screen and on paper; once it has ended, its live state."""
    authorization = get_object_or_404(purchases_for(actor_of(request)), uuid=uuid)
    status = authorization.status_at(clock.now())
    if status not in LIVE or not remaining(authorization):
        return redirect("buyer:purchase", uuid)
    return show(
        request,
        "buyer/confirmation.html",
        authorization=authorization,
        status=status,
        receipt_days=settings.RECEIPT_DUE_DAYS,
    )


def _onward(draft: Draft) -> HttpResponse:
    return redirect(f"buyer:request_{draft.next_question}", draft.uuid)


def _question(request: HttpRequest, draft: Draft, form: object, **content: object) -> HttpResponse:
    name = request.resolver_match.url_name.removeprefix("request_")  # type: ignore[union-attr]
    return show(
        request,
        f"buyer/request_{name}.html",
        form=form,
        draft=draft,
        back=_back(draft, name),
        number=QUESTIONS.index(name) + 1 if name in QUESTIONS else 0,
        **content,
    )


def _back(draft: Draft, name: str) -> str:
    """The question before; from a change, the answers; from the first, home."""
    if name != "check" and draft.next_question == "check":
        return reverse("buyer:request_check", args=[draft.uuid])
    place = QUESTIONS.index(name) if name in QUESTIONS else len(QUESTIONS)
    if place == 0:
        return reverse("home")
    return reverse(f"buyer:request_{QUESTIONS[place - 1]}", args=[draft.uuid])
