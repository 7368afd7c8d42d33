"""Letters about somebody's account, to themselves."""

from typing import Any

from django.conf import settings
from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from registry.models import Jurisdiction, User


def home_of(user: User) -> Jurisdiction:
    """Where somebody belongs: by the oldest membership, else the default jurisdiction."""
    first = user.memberships.select_related("jurisdiction").order_by("ended_at", "pk").first()
    if first is not None:
        return first.jurisdiction
    return Jurisdiction.objects.get(code=settings.DEFAULT_JURISDICTION)


def mail_person(user: User, letter: str, content: dict[str, Any]) -> None:
    """Send a letter about somebody's account, in their language."""
    with translation.override(user.language or home_of(user).language):
        shown = {**content, "user": user, "portal_url": settings.PUBLIC_URL}
        shown["help_email"] = settings.HELP_EMAIL
        subject, _blank, body = render_to_string(f"account/mail/{letter}.txt", shown).partition(
            "\n"
        )
        send_mail(subject.strip(), body.strip() + "\n", None, [user.email])
