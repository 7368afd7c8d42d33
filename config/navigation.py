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
        "authorizations:request",
        BUYER,
        covers=(
            "authorizations:request_product",
            "authorizations:request_quantity",
            "authorizations:request_vendor",
            "authorizations:request_delivery",
            "authorizations:request_check",
        ),
    ),
    Item(
        _("Purchases"),
        "authorizations:purchases",
        BUYER,
        covers=(
            "authorizations:purchase",
            "authorizations:confirmation",
            "authorizations:cancel",
            "authorizations:receipt",
        ),
    ),
    Item(
        _("Counter"),
        "authorizations:counter",
        VENDOR,
        covers=("authorizations:code", "authorizations:record", "authorizations:not_sold"),
    ),
    Item(
        _("Sales"),
        "authorizations:sales",
        VENDOR,
        covers=(
            "authorizations:sale",
            "authorizations:record_codeless",
            "authorizations:correct",
            "authorizations:void",
        ),
    ),
    Item(_("Codes"), "authorizations:codes", VENDOR),
    Item(_("Queue"), "authorizations:queue", OFFICER, covers=("authorizations:case",)),
    Item(_("Pending requests"), "authorizations:pending", OFFICER, ("authorizations:decide",)),
    Item(
        _("Authorizations"),
        "authorizations:find",
        OFFICER,
        covers=(
            "authorizations:oversight",
            "authorizations:revoke",
            "authorizations:release",
            "authorizations:agree",
        ),
    ),
    Item(
        _("Firms"),
        "registry:firms",
        OFFICER,
        covers=(
            "registry:firm",
            "registry:firm_new",
            "registry:license_new",
            "registry:permit_new",
            "registry:site_new",
            "registry:vehicle_new",
            "registry:driver_new",
            "registry:firm_invite",
        ),
    ),
    Item(
        _("Approvals"),
        "registry:approvals",
        OFFICER,
        covers=("registry:permit", "registry:reinstatement", "registry:officer"),
    ),
    Item(_("People"), "registry:people", MANAGER, covers=("registry:invite",)),
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
    return {EVERYBODY, *manager, *(AUDIENCES[a] for a in activities.distinct() if a in AUDIENCES)}


def _address(url_name: str) -> str:
    try:
        return reverse(url_name)
    except NoReverseMatch:
        return ""
