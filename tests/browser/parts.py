"""Every part of the front end on one page, for the tests to look at. Not a page of the portal."""

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from config.urls import *  # noqa: F403
from config.urls import urlpatterns as portal_urls
from pages.forms import Form, MomentField, QuantityField
from pages.templatetags.portal import LOOKS

LONG = "A choice so long that no telephone is wide enough to show it on one line"
NOON = datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


class Sale(Form):
    quantity = QuantityField(label="How much was sold?", help_text="What the scale said.")
    unit = forms.ChoiceField(label="Unit", choices=[("kg", "kg"), ("t", "t")])
    sold_at = MomentField(label="When was it sold?")
    plate = forms.CharField(label="Plate", required=False)
    complete = forms.BooleanField(label="Nothing more will be sold", required=False)
    remarks = forms.CharField(label="Remarks", widget=forms.Textarea(attrs={"rows": 3}))
    outcome = forms.ChoiceField(
        label="What arrived?", widget=forms.RadioSelect, choices=[("all", "All"), ("less", "Less")]
    )
    reasons = forms.MultipleChoiceField(
        label="What was wrong?",
        widget=forms.CheckboxSelectMultiple,
        choices=[("shortage", "Shortage"), ("damage", "Damage")],
    )
    password = forms.CharField(label="Password", widget=forms.PasswordInput)


class Filters(forms.Form):
    state = forms.ChoiceField(label="State", choices=[("", "All"), ("open", LONG)])


class Question(Form):
    product = forms.ChoiceField(
        label="Which product?", widget=forms.RadioSelect, choices=[("a", "Acetone")]
    )


def entry(title: str, hours: int) -> dict[str, Any]:
    return {"title": title, "at": NOON - timedelta(hours=hours), "by": "Solventes Ficticios"}


def parts(request: HttpRequest) -> HttpResponse:
    if request.method == "GET":
        messages.success(request, "The sale was recorded.")
    content = {
        "form": Sale(request.POST or None),
        "filters": Filters(),
        "removals": [("State: open", "?")],
        "entries": [entry("Sale recorded", 0), entry("Code looked up", 3)],
        "thousand": Decimal("1000.000"),
        "hundred": Decimal(100),
        "noon": NOON,
        "states": [*LOOKS, "strange"],
    }
    return render(request, "parts.html", content)


def question(request: HttpRequest) -> HttpResponse:
    return render(request, "question.html", {"form": Question(request.POST or None)})


urlpatterns = [path("parts/", parts), path("question/", question), *portal_urls]
