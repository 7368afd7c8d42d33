"""The one shape of a page on which something is entered."""

from collections.abc import Callable
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pages.verb_form import VerbForm
from registry.models import Proposal


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
    """Show a form; on POST call the verb, and return to `back` when it was not refused.

    What takes two people is only proposed then, and is told so in the place of `done`.
    """
    if request.method == "POST" and form.is_valid():
        made = form.act(verb)
        if made is not None:
            messages.success(request, told_of(made, done))
            return redirect(back)
    content = {"form": form, "title": title, "submit": submit, "back": back, **shown}
    return render(request, "register/form.html", content)


def told_of(made: Any, done: str | Promise) -> str:
    """What came of an act: `done`, or that it waits for a second officer."""
    if isinstance(made, Proposal):
        return _("Proposed: it takes effect when another officer agrees.")
    return str(done)
