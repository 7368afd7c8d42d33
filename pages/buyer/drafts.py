"""A request while it is being written: kept in the session, one draft for each tab.

A copy outlives the session, so that who has to sign in again in the middle finds the answers.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from functools import cached_property, wraps
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.contrib.sessions.models import Session
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext as _

from authorizations.operations import Purchase
from database.sessions import SessionStore
from pages.guards import firm_required
from precursors.models import Product
from precursors.operations import products_for
from precursors.quantities import Quantity, Unit
from registry import clock
from registry.access import any_vehicle_for, current_sites_for, partners_for
from registry.actors import Actor
from registry.http import actor_of
from registry.models import Organization, Site, Vehicle

DRAFTS = "drafts"  # where the session keeps them
DRAFTS_MAX = 10  # the oldest is forgotten
KEPT = timedelta(hours=24)  # from the last answer
KEY_LENGTH = 40  # as long as the column
QUESTIONS = ("product", "quantity", "vendor", "delivery")

Page = Callable[[HttpRequest, "Draft"], HttpResponse]


@dataclass
class Draft:
    """The answers given so far, and the rows they name."""

    uuid: UUID
    by: Actor
    session: Any
    answers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, request: HttpRequest, uuid: UUID) -> "Draft":
        by = actor_of(request)
        if DRAFTS not in request.session:
            request.session[DRAFTS] = _kept(by)
        kept = request.session[DRAFTS].get(str(uuid), {})
        return cls(uuid, by, request.session, dict(kept))

    def answer(self, **answers: str) -> None:
        """Keep answers; an amount in a unit the new product is not traded in is asked again."""
        self.answers |= answers
        self.__dict__.pop("product", None)
        if "product" in answers and self.product and self.unit not in self.product.units:
            self.answers.pop("quantity", None)
        others = {k: v for k, v in self.session.get(DRAFTS, {}).items() if k != str(self.uuid)}
        latest = dict(list(others.items())[1 - DRAFTS_MAX :])
        self.session[DRAFTS] = {**latest, str(self.uuid): self.answers}
        _keep(self.session[DRAFTS], self.by)

    @property
    def authorization(self) -> str:
        """What became of it: the uuid of the authorization, once it was sent."""
        return self.answers.get("authorization", "")

    @property
    def next_question(self) -> str:
        """The first question without an answer, or the page on which the answers are checked."""
        given = {
            "product": self.product,
            "quantity": self.quantity,
            "vendor": self.seller,
            "delivery": self.site,
        }
        return next((name for name in QUESTIONS if not given[name]), "check")

    @cached_property
    def product(self) -> Product | None:
        code = self.answers.get("product", "")
        return products_for(self.by.jurisdiction.code).filter(code=code).first()

    @property
    def unit(self) -> Unit | None:
        unit = self.answers.get("unit")
        return Unit(unit) if unit else None

    @property
    def quantity(self) -> Quantity | None:
        value, unit = self.answers.get("quantity"), self.unit
        return Quantity(Decimal(value), unit) if value and unit else None

    @property
    def seller(self) -> Organization | None:
        uuid = self.answers.get("seller")
        return partners_for(self.by).filter(uuid=uuid).first() if uuid else None

    @property
    def site(self) -> Site | None:
        uuid = self.answers.get("site")
        return current_sites_for(self.by).filter(uuid=uuid).first() if uuid else None

    @property
    def vehicle(self) -> Vehicle | None:
        plate = self.answers.get("plate")
        return any_vehicle_for(self.by).filter(plate=plate).first() if plate else None

    @property
    def ask(self) -> Purchase:
        """The purchase as far as it is known, to ask what is left."""
        assert self.product
        return self.purchase(self.product, site=self.site)

    @property
    def whole(self) -> Purchase:
        """The purchase with every answer."""
        assert self.product
        return self.purchase(
            self.product,
            seller=self.seller,
            quantity=self.quantity,
            site=self.site,
            vehicle=self.vehicle,
        )

    def purchase(self, product: Product, **known: Any) -> Purchase:
        """A purchase of this product, of which so much is known, to be checked."""
        assert self.by.organization
        return Purchase(self.by.organization, product, clock.now(), **known)


def _keep(drafts: dict[str, dict[str, str]], by: Actor) -> None:
    """Keep them for this person and firm alone, beside the sessions, and forgotten like them."""
    row = Session(
        session_key=_key(by),
        session_data=SessionStore().encode({DRAFTS: drafts}),
        expire_date=timezone.now() + KEPT,
    )
    written = ["session_data", "expire_date"]
    Session.objects.bulk_create(
        [row], update_conflicts=True, unique_fields=["session_key"], update_fields=written
    )


def _kept(by: Actor) -> dict[str, dict[str, str]]:
    row = Session.objects.filter(session_key=_key(by), expire_date__gt=timezone.now()).first()
    return row.get_decoded().get(DRAFTS, {}) if row else {}


def _key(by: Actor) -> str:
    """Name the row as nobody else can: it signs nobody in, but a session is read by its name."""
    assert by.user and by.organization
    whose = f"{by.user.pk} {by.organization.pk}"
    return salted_hmac("pages.buyer.drafts", whose, algorithm="sha256").hexdigest()[:KEY_LENGTH]


def drafting(view: Page) -> Callable[..., HttpResponse]:
    """A page about a draft. One that was sent shows what became of it, and is not sent again."""

    @firm_required
    @wraps(view)
    def page(request: HttpRequest, draft: UUID) -> HttpResponse:
        found = Draft.of(request, draft)
        if not found.authorization:
            return view(request, found)
        if request.method == "POST":
            already_sent(request)
        return redirect("buyer:purchase", found.authorization)

    return page


def already_sent(request: HttpRequest) -> None:
    messages.info(
        request, _("This request was sent before. It was not sent again; this is what came of it.")
    )
