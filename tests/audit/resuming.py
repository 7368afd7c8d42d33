"""Codes are issued again, in tests of other things: the operator proposes, an officer agrees."""

from audit.resumption import propose_resuming
from registry import proposals
from registry.actors import Actor
from registry.models import Jurisdiction
from tests.cast import another_officer


def resume_issuing(reason: str = "Mended by hand.", code: str = "PE") -> None:
    authority = Jurisdiction.objects.get(code=code)
    proposal = propose_resuming(reason=reason, by=Actor.portal(authority))
    proposals.approve(proposal, by=another_officer(proposal))
