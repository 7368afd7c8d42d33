"""Puts what a rule found into words: `{% load evidence %}`."""

from datetime import datetime

from django import template
from django.utils.translation import gettext_lazy as _

from authorizations.models import Outcome

register = template.Library()

LAPSES = {
    "not_yet": _("it was not yet valid"),
    "expired": _("it had expired"),
    "suspended": _("it was suspended"),
    "revoked": _("it was revoked"),
}


@register.filter
def as_moment(text: str) -> datetime:
    """Read a moment that stands in evidence."""
    return datetime.fromisoformat(text)


@register.filter
def outcome_name(value: str) -> str:
    return str(Outcome(value).label)


@register.filter
def lapse_name(value: str) -> str:
    """Why a license was not in force."""
    return str(LAPSES[value])
