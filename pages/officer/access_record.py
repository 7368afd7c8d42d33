"""The record of access, as officers search it: who came in, who failed, who read what."""

from datetime import datetime, time, timedelta

from django import forms
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.timezone import make_aware
from django.utils.translation import gettext_lazy as _

from pages.forms import Form
from pages.guards import officer_required
from pages.lists import filter_removals, page_of
from pages.verb_form import DayField
from registry.access import access_entries_for, alarms_for
from registry.addresses import clean_address
from registry.http import actor_of
from registry.models import AccessEntry
from registry.models.signing_in import AccessKind

PAGE = 50
ALARMS_SHOWN = 5


class AccessFilter(Form):
    marks_optional = False

    person = forms.CharField(label=_("Person"), required=False, max_length=254)
    kind = forms.ChoiceField(
        label=_("What"), required=False, choices=[("", _("Everything")), *AccessKind.choices]
    )
    address = forms.CharField(label=_("Address"), required=False, max_length=45)
    day = DayField(label=_("Day"))


@officer_required
def access_record(request: HttpRequest) -> HttpResponse:
    """Who came in, failed, or read what, the newest first."""
    by = actor_of(request)
    form = AccessFilter(request.GET)
    every = access_entries_for(by)
    page = page_of(request, _filtered(every, form), among=every, size=PAGE)
    removals = list(filter_removals(request, form))
    content = {
        **page,
        "form": form,
        "removals": removals,
        "alarms": alarms_for(by).order_by("-pk")[:ALARMS_SHOWN],
    }
    return render(request, "officer/access_record.html", content)


def _filtered(rows: QuerySet[AccessEntry], form: AccessFilter) -> QuerySet[AccessEntry]:
    if not form.is_valid():
        return rows.none()
    asked = form.cleaned_data
    if asked["person"]:
        rows = rows.filter(_is_of(asked["person"]))
    if asked["kind"]:
        rows = rows.filter(kind=asked["kind"])
    if asked["address"]:
        rows = rows.filter(_is_from(asked["address"]))
    if asked["day"]:
        begins = make_aware(datetime.combine(asked["day"], time.min))
        rows = rows.filter(at__gte=begins, at__lt=begins + timedelta(days=1))
    return rows


def _is_of(person: str) -> Q:
    return Q(user__email__icontains=person) | Q(user__name__icontains=person)


def _is_from(text: str) -> Q:
    """An address, or the network that the page shows beside it."""
    address = clean_address(text)
    return Q(address=address) if address else Q(place=text.strip())
