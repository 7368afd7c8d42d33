"""What takes two people: the list of what waits, and the page on which a second decides."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _

from pages.guards import officer_required
from pages.lists import page_of
from pages.register.forms import DecisionForm
from pages.show import posted, show
from registry import clock, proposals
from registry.access import keys_of_console, proposals_for, proposals_in, proposals_over
from registry.actors import Actor
from registry.http import actor_of
from registry.models import Organization, Proposal
from registry.models.proposals import ProposalState
from registry.second_officer import possible_seconds

# Whether somebody may agree to what one person proposed for one firm, and concerns one person.
Known = dict[tuple[int | None, int | None, int | None], bool]
PAGE = 50
VERBS: dict[str, Callable[..., Proposal]] = {
    "approve": proposals.approve,
    "refuse": proposals.refuse,
}
WAITING, DECIDED = "waiting", "decided"


@dataclass(frozen=True)
class Row:
    """A proposal as the list and its page show it; `alone`: nobody there may agree."""

    proposal: Proposal
    title: str | Promise
    heading: str
    proposer: str
    state: ProposalState
    mine: bool
    alone: bool


@officer_required
def approvals(request: HttpRequest) -> HttpResponse:
    """What waits for a second officer, the oldest first; and what was decided, the newest."""
    by, at = actor_of(request), clock.now()
    every = proposals_for(by)
    tab = DECIDED if request.GET.get("tab") == DECIDED else WAITING
    if tab == WAITING:
        rows, order = proposals_in(every, ProposalState.PROPOSED, at=at), ["pk"]
    else:
        rows, order = proposals_over(every, at=at), ["-pk"]
    page = page_of(request, rows, among=every, order=order, size=PAGE)
    known: Known = {}
    shown = [_row(proposal, at, by, known) for proposal in page["rows"]]
    tabs = [(WAITING, _("Waiting")), (DECIDED, _("Already decided"))]
    alone = any(row.alone for row in shown)
    content = {**page, "rows": shown, "tab": tab, "tabs": tabs, "alone": alone}
    content["console_keys"] = keys_of_console(by, at)
    return render(request, "register/approvals.html", content)


@officer_required
def proposal(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """What is proposed, beside what it would replace; POST agrees, refuses or withdraws."""
    by, at = actor_of(request), clock.now()
    found = get_object_or_404(proposals_for(by), uuid=uuid)
    form = DecisionForm(posted(request))
    verb = VERBS.get(request.POST.get("decision", ""))
    if verb and form.is_valid() and form.act(partial(verb, found, by=by)):
        messages.success(request, _("Your decision is recorded."))
        return redirect("register:approvals")
    changes = list(proposals.ACTS[found.act].changes(found))
    content = {"row": _row(found, at, by, {}), "changes": changes, "form": form}
    return show(request, "register/proposal.html", **content)


@officer_required
def proposal_before(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """The address that a proposal had when each kind had a page of its own."""
    return redirect("register:proposal", uuid)


def waiting_for(firm: Organization, by: Actor) -> list[Row]:
    """What waits for a second officer and concerns one firm, the oldest first."""
    at = clock.now()
    known: Known = {}
    rows = proposals_in(proposals_for(by), ProposalState.PROPOSED, at=at)
    found = rows.filter(organization=firm).order_by("pk")[:PAGE]
    return [_row(proposal, at, by, known) for proposal in found]


def _row(proposal: Proposal, at: datetime, by: Actor, known: Known) -> Row:
    act, state = proposals.ACTS[proposal.act], proposal.state_at(at)
    whose = (proposal.sponsor_id, proposal.organization_id, act.concerns(proposal))
    if state == ProposalState.PROPOSED and whose not in known:
        known[whose] = possible_seconds(proposal, besides=whose[2]).exists()
    return Row(
        proposal=proposal,
        title=act.title,
        heading=act.heading(proposal),
        proposer=_proposer(proposal),
        state=state,
        mine=proposals.is_own(proposal, by),
        alone=state == ProposalState.PROPOSED and not known[whose],
    )


def _proposer(proposal: Proposal) -> str:
    """Who proposed it: a person, a key and who answers for it, or the operator."""
    if proposal.proposed_by:
        return str(proposal.proposed_by)
    if proposal.proposed_key is None:
        return _("the operator")
    key = proposal.proposed_key.name
    if proposal.sponsor is None:
        return _("the key “%(key)s”") % {"key": key}
    named = {"key": key, "person": proposal.sponsor}
    return _("the key “%(key)s”, for which %(person)s answers") % named
