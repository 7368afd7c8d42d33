"""One flag: what was authorized beside what happened, and how it ends."""

from dataclasses import dataclass
from functools import partial
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect
from django.utils.translation import gettext as _

from oversight import operations as oversight
from oversight.access import flags_for, sees_drawn
from oversight.acts.draw import are_enough, first_of
from oversight.models import Flag, FlagState, Severity, StepKind
from pages.guards import officer_required
from pages.officer.deviation import deviation
from pages.officer.dossier import dossier
from pages.officer.evidence import named
from pages.officer.forms import AssignForm, ReviewForm
from pages.officer.timeline import rule_title, steps_since
from pages.show import posted, show
from registry import clock
from registry.access import members_for
from registry.actors import Actor
from registry.http import actor_of
from registry.models import User
from registry.models.people import Role
from registry.periods import last_day

PEOPLE = ["assigned_to", "proposed_by", "proposed_key", "second", "decided_by"]
PARTS = ["product__precursor", "destination_site", "vehicle", "buyer", "seller"]
MINE = {"first", "alone", "second", "redraw"}


@dataclass(frozen=True)
class Turn:
    """Who must act on a flag now, as seen by one officer."""

    kind: str  # "ended", "observation", "awaiting", "too_few", or one of MINE
    name: str = ""  # who ended it; who was drawn, where that may be known

    @property
    def is_mine(self) -> bool:
        return self.kind in MINE


@officer_required
def case(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Show a case; POST reviews it, or puts it on a desk."""
    by, flag = actor_of(request), _flag(request, uuid)
    officers = _officers(by)
    forms = _forms(request, flag, officers)
    done = _act_on(request, flag, forms, by) if request.method == "POST" else ""
    if done:
        messages.success(request, done)
        return redirect("officer:case", uuid)
    # What was refused may have been refused because the flag is another than it was.
    flag = _flag(request, uuid)
    content = _content(flag, forms, officers, by)
    return show(request, "officer/case.html", **content)


def _forms(request: HttpRequest, flag: Flag, officers: list[User]) -> dict[str, Any]:
    """Both forms of the page; the one whose button was pressed is bound."""
    assigning = "assign" in request.POST
    sent = posted(request)
    return {
        "review": ReviewForm(None if assigning else sent, flag=flag),
        "assign": AssignForm(sent if assigning else None, flag=flag, officers=officers),
    }


def _act_on(request: HttpRequest, flag: Flag, forms: dict[str, Any], by: Actor) -> str:
    """Do what was asked. Empty: it was not done, and a form shows why."""
    if "assign" in request.POST:
        return _assign(request, flag, forms["assign"], by)
    form = forms["review"]
    if not form.is_valid():
        return ""
    reviewed = form.act(partial(oversight.review, flag, by=by))
    return _done_message(reviewed, by) if reviewed else ""


def _assign(request: HttpRequest, flag: Flag, form: AssignForm, by: Actor) -> str:
    if not form.is_valid():
        return ""
    verb = partial(oversight.assign, flag, by=by)
    if request.POST["assign"] == "me":
        form.cleaned_data["to"] = by.user
    flag = form.act(verb)
    if not flag:
        return ""
    if flag.assigned_to is None:
        return _("The flag is unassigned.")
    return _("The flag is assigned to %(name)s.") % {"name": flag.assigned_to}


def _done_message(flag: Flag, by: Actor) -> str:
    if flag.state != FlagState.AWAITING_SECOND:
        return _("Your decision is recorded.")
    if flag.second is None:
        return _("Your proposal is recorded. It waits: there are too few officers.")
    name = flag.second if sees_drawn(flag, flag.second_id, by) else _("a second officer")
    return _("Your proposal is recorded. It awaits %(name)s.") % {"name": name}


def _content(flag: Flag, forms: dict[str, Any], officers: list[User], by: Actor) -> dict[str, Any]:
    at = clock.now()
    review: ReviewForm = forms["review"]
    failed = review if review.is_bound else forms["assign"]
    found = dossier(flag.authorization, at=at, by=by)
    turn = _turn(flag, officers, by)
    return {
        "flag": flag,
        "rule": rule_title(flag),
        "sentence": [
            f"rules/{flag.rule}.html",
            "officer/rule_unknown.html",
        ],
        "evidence": named(flag.evidence, by),
        "deviation": deviation(flag.evidence),
        "due_on": last_day(flag.due_at, by.jurisdiction.zone),
        "is_overdue": not flag.is_ended and flag.due_at < at,
        "form": failed,
        "review": review,
        "assign": forms["assign"],
        "since": _since(review, flag, by),
        "kept_note": _kept_note(review, turn),
        "turn": turn,
        "proposal": _proposal(flag),
        "dossier": found,
        "others": [noted for noted in found.flags if noted.flag.pk != flag.pk],
    }


def _turn(flag: Flag, officers: list[User], by: Actor) -> Turn:
    if flag.is_ended:
        return Turn("ended", str(flag.decided_by))
    if flag.severity == Severity.LOW:
        return Turn("observation")
    if flag.state == FlagState.OPEN:
        return Turn("first" if flag.severity == Severity.HIGH else "alone")
    drawn = flag.second if flag.second in officers else None  # they may have left since
    if drawn is None:
        return _turn_without_second(flag, by)
    if drawn == by.user:
        return Turn("second")
    return Turn("awaiting", str(drawn) if sees_drawn(flag, drawn.pk, by) else "")


def _turn_without_second(flag: Flag, by: Actor) -> Turn:
    if not are_enough(flag):
        return Turn("too_few")
    is_first = by.user is not None and first_of(flag) == by.user.pk
    return Turn("awaiting" if is_first else "redraw")


def _since(form: ReviewForm, flag: Flag, by: Actor) -> list[Any]:
    """What others did while this officer wrote; the next attempt answers to it."""
    form.is_valid()  # what is put back into it was not looked at yet; a refusal stays
    seen = form.cleaned_data.get("steps_seen") if form.is_bound else None
    if seen is None or seen == flag.steps_count:
        return []
    form.look_again(flag)
    return steps_since(flag, seen, by)


def _kept_note(form: ReviewForm, turn: Turn) -> str:
    """What was typed where there is nothing to type any more."""
    return form.data.get("note", "") if form.is_bound and not turn.is_mine else ""


def _proposal(flag: Flag) -> Any:
    """The step by which the ending was proposed; a flag that opened again is proposed anew."""
    if not flag.proposed_outcome:
        return None
    steps = flag.steps.filter(kind=StepKind.PROPOSED).select_related("user", "api_key")
    return steps.order_by("-sequence").first()


def _flag(request: HttpRequest, uuid: UUID) -> Flag:
    parts = [f"authorization__{part}" for part in PARTS]
    flags = flags_for(actor_of(request)).select_related(*PEOPLE, *parts, "sale__site")
    return get_object_or_404(flags, uuid=uuid)


def _officers(by: Actor) -> list[User]:
    members = members_for(by).filter(organization=None, role=Role.OFFICER, user__is_active=True)
    return [member.user for member in members.order_by("pk")]
