"""The one shape of a page on which something is entered."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise

from pages.verb_form import VerbForm


def enter(
    request: HttpRequest,
    form: VerbForm,
    verb: Callable[..., Any],
    *,
    back: str,
    title: str | Promise,
    submit: str | Promise,
    done: str | Promise,
    **shown: Any,
) -> HttpResponse:
    """Show a form; on POST call the verb, and return to `back` when it was not refused."""
    if request.method == "POST" and form.is_valid() and form.act(verb) is not None:
        messages.success(request, str(done))
        return redirect(back)
    content = {"form": form, "title": title, "submit": submit, "back": back, **shown}
    return render(request, "register/form.html", content)
