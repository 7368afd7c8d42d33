"""What every template may know about the portal and the person before it."""

from datetime import datetime
from functools import cached_property

from django.conf import settings
from django.http import HttpRequest
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext_lazy as _

from pages import navigation
from pages.account.adapter import own_origin
from pages.account.assurance import Level, needed_of
from pages.account.gate import is_shut_out
from registry import clock
from registry.models import Organization
from registry.models.people import Role

DEMO_ROLES = [
    ("buyer", _("Buyer")),
    ("vendor", _("Vendor")),
    ("officer", _("Officer")),
    ("second_officer", _("Second officer")),
    ("third_officer", _("Third officer")),
    ("fourth_officer", _("Fourth officer")),
]
# Under their own names, whatever the page speaks.
LANGUAGES = [("en", "English"), ("es", "Español")]


def portal(request: HttpRequest) -> dict[str, "Portal"]:
    """The context processor: `portal` in every template."""
    return {"portal": Portal(request)}


class Portal:
    """Worked out where a template asks for it, once."""

    demo_roles = DEMO_ROLES
    languages = LANGUAGES

    def __init__(self, request: HttpRequest) -> None:
        self.request = request

    @property
    def demo(self) -> bool:
        """Demo mode is on, and its pages are there."""
        return bool(settings.DEMO_MODE)

    @property
    def demo_role(self) -> str:
        """The role last chosen in the ribbon, as the demo's sign-in noted it."""
        role: str = self.request.session.get("demo_role", "")
        return role if self.request.user.is_authenticated else ""

    @property
    def today(self) -> str:
        return date_format(localtime(clock.now()), "SHORT_DATE_FORMAT")

    @property
    def help_email(self) -> str:
        email: str = settings.HELP_EMAIL
        return email

    @property
    def passkey_origin(self) -> str:
        """The one address at which passkeys work."""
        return own_origin()

    @property
    def needs_passkey(self) -> bool:
        """Whether nothing less than a passkey will do for who reads the page."""
        return needed_of(self.request) == Level.PASSKEY

    @property
    def organization(self) -> Organization | None:
        actor = getattr(self.request, "actor", None)
        return actor.organization if actor else None

    @property
    def may_manage(self) -> bool:
        """An officer, or a manager of a firm."""
        actor = getattr(self.request, "actor", None)
        return bool(actor and (actor.is_authority or actor.role == Role.MANAGER))

    @property
    def issuing_halted_at(self) -> datetime | None:
        """Since when no codes are issued where the person acts."""
        actor = getattr(self.request, "actor", None)
        return actor.jurisdiction.issuing_halted_at if actor else None

    @property
    def may_resume_issuing(self) -> bool:
        """An officer, who may propose it; a sandbox is resumed with its authority."""
        actor = getattr(self.request, "actor", None)
        return bool(actor and actor.is_authority and not actor.jurisdiction.is_test)

    @cached_property
    def navigation(self) -> list[navigation.Link]:
        """None for somebody who must first prove something: every link would lead back."""
        if self.request.user.is_authenticated and is_shut_out(self.request):
            return []
        return list(navigation.links(self.request))

    @property
    def session_seconds(self) -> int:
        """How long the session lasts from this answer on: every answer renews it."""
        age: int = self.request.session.get_expiry_age()
        return age
