"""The service navigation: which pages stand above every page, for whom."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from registry.actors import Actor
from registry.models import Permit
from registry.models.people import Role

BUYER, VENDOR, OFFICER, EVERYBODY = "buyer", "vendor", "officer", "everybody"
FIRM = "firm"
MANAGER = "manager"  # who may invite: of a firm, or an officer
AUDIENCES = {"buy": BUYER, "sell": VENDOR}


@dataclass(frozen=True)
class Item:
    """A link of the navigation; `covers` names the pages below it that light it up too."""

    label: str | Promise
    url_name: str
    audience: str = EVERYBODY
    covers: tuple[str, ...] = ()


@dataclass(frozen=True)
class Link:
    """An item as the template needs it."""

    label: str | Promise
    url: str
    current: bool
    active: bool


ITEMS: list[Item] = [
    Item(_("Home"), "home", BUYER),
    Item(
        _("Request a code"),
        "buyer:request",
        BUYER,
        covers=(
            "buyer:request_product",
            "buyer:request_quantity",
            "buyer:request_vendor",
            "buyer:request_delivery",
            "buyer:request_check",
        ),
    ),
    Item(
        _("Purchases"),
        "buyer:purchases",
        BUYER,
        covers=(
            "buyer:purchase",
            "buyer:confirmation",
            "buyer:cancel",
            "buyer:receipt",
            "buyer:correct_receipt",
            "buyer:not_mine",
        ),
    ),
    Item(
        _("Counter"),
        "seller:counter",
        VENDOR,
        covers=("seller:code", "seller:record", "seller:not_sold"),
    ),
    Item(
        _("Sales"),
        "seller:sales",
        VENDOR,
        covers=(
            "seller:sale",
            "seller:record_codeless",
            "seller:correct",
            "seller:void",
        ),
    ),
    Item(_("Codes"), "seller:codes", VENDOR),
    Item(_("Queue"), "officer:queue", OFFICER, covers=("officer:case",)),
    Item(_("Pending requests"), "officer:pending", OFFICER, ("officer:decide",)),
    Item(
        _("Authorizations"),
        "officer:authorizations",
        OFFICER,
        covers=(
            "officer:authorization",
            "officer:revoke",
            "officer:release",
            "officer:agree",
            "officer:confirm_claim",
        ),
    ),
    Item(
        _("Firms"),
        "register:firms",
        OFFICER,
        covers=(
            "register:firm",
            "register:firm_new",
            "register:license_new",
            "register:permit_new",
            "register:site_new",
            "register:vehicle_new",
            "register:driver_new",
            "register:firm_invite",
            "register:place",
            "register:place_amend",
            "register:place_retire",
        ),
    ),
    Item(
        _("Approvals"),
        "register:approvals",
        OFFICER,
        covers=(
            "register:proposal",
            "register:permit",
            "register:product_version",
            "register:amendment",
            "register:resume_issuing",
        ),
    ),
    Item(
        _("Sites and vehicles"),
        "register:places",
        FIRM,
        covers=("register:place", "register:place_amend", "register:place_retire"),
    ),
    Item(_("Access"), "officer:access", OFFICER),
    Item(_("People"), "register:people", MANAGER, covers=("register:invite",)),
    Item(_("Keys"), "register:keys", MANAGER, covers=("register:key_end",)),
]


def links(request: HttpRequest) -> Iterator[Link]:
    """The navigation of whoever is acting; nothing for strangers."""
    actor: Actor | None = getattr(request, "actor", None)
    if actor is None:
        return
    match = request.resolver_match
    here = match.view_name if match else ""
    audiences = audiences_of(actor)
    for item in ITEMS:
        if item.audience in audiences and (url := _address(item.url_name)):
            current = here == item.url_name
            yield Link(item.label, url, current, current or here in item.covers)


def audiences_of(actor: Actor) -> set[str]:
    """What somebody is to the portal: a firm may buy and sell, whatever was once permitted."""
    if actor.organization is None:
        return {EVERYBODY, *([OFFICER, MANAGER] if actor.role == Role.OFFICER else [])}
    activities = Permit.objects.filter(organization=actor.organization).values_list(
        "activity", flat=True
    )
    manager = [MANAGER] if actor.role == Role.MANAGER else []
    return {
        EVERYBODY,
        FIRM,
        *manager,
        *(AUDIENCES[a] for a in activities.distinct() if a in AUDIENCES),
    }


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
