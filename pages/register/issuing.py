"""Issuing codes again after a halt: an officer proposes it, another approves."""

from functools import partial

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from audit.resumption import known_errors, propose_resuming, waiting_to_resume
from pages.entry import told_of
from pages.guards import officer_required
from pages.show import posted, show
from pages.verb_form import ReasonForm
from registry.http import actor_of


@officer_required
def resume(request: HttpRequest) -> HttpResponse:
    """What is known to be wrong, and that codes are to be issued in spite of it, or mended."""
    by = actor_of(request)
    form = ReasonForm(posted(request))
    sent = request.method == "POST" and form.is_valid()
    if sent and (made := form.act(partial(propose_resuming, by=by))):
        messages.success(request, told_of(made, ""))
        return redirect("register:approvals")
    content = {
        "form": form,
        "by": by,
        "errors": known_errors(by.jurisdiction),
        "waiting": waiting_to_resume(by.jurisdiction),
    }
    return show(request, "register/resume_issuing.html", **content)
