"""What every page of a firm begins with: who acts, what was sent, and how it is shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render

from registry.actors import Actor
from registry.http import acting


def actor(request: HttpRequest) -> Actor:
    """Who acts. Behind `firm_required`, always somebody."""
    return acting(request)


def sent(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with; None where it is only shown."""
    return request.POST if request.method == "POST" else None


def shown(request: HttpRequest, template: str, **content: Any) -> HttpResponse:
    """Show a page; 422 where what was sent is not right."""
    form = content.get("form")
    wrong = request.method == "POST" and form is not None and form.errors
    return render(request, template, content, status=422 if wrong else 200)
