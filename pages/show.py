"""How a page reads what was posted to it, and how it is shown."""

from typing import Any

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render


def posted(request: HttpRequest) -> QueryDict | None:
    """What a form was sent with, or what is put back into it; None where it is only shown."""
    return request.POST if request.method == "POST" else request.POST or None


def show(request: HttpRequest, template: str, **content: Any) -> HttpResponse:
    """Show a page; 422 where what was sent is not right."""
    form = content.get("form")
    wrong = request.method == "POST" and form is not None and form.errors
    return render(request, template, content, status=422 if wrong else 200)
