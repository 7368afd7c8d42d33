"""What takes two people: what became of each proposal, and how an act that waits is answered."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from api.bodies import Filters
from api.endpoint import Endpoint, found_or_404
from api.v1.scopes import READ_PROPOSALS
from registry import access, clock
from registry.models import Proposal
from registry.models.proposals import ProposalState


class ProposalFilters(Filters):
    state = serializers.ChoiceField(ProposalState.choices, required=False)


@extend_schema_field({"$ref": "#/components/schemas/ActName"})
class ActName(serializers.CharField):
    """The name of an act that takes two people, e.g. "permit.grant"."""


class PendingShape(serializers.ModelSerializer[Proposal]):
    """An act that takes effect when a second officer, a person, approves it."""

    proposal = serializers.UUIDField(source="uuid")
    status = serializers.SerializerMethodField()
    act = ActName()
    proposed_by = serializers.SerializerMethodField(
        help_text="The name of the key, or of the officer; empty for the operator."
    )
    expires = serializers.DateTimeField(source="expires_at")

    class Meta:
        model = Proposal
        fields = ["proposal", "status", "act", "proposed_by", "expires"]
        read_only_fields = fields

    @extend_schema_field(serializers.ChoiceField(ProposalState.choices))
    def get_status(self, proposal: Proposal) -> str:
        return proposal.state_at(clock.now()).value

    def get_proposed_by(self, proposal: Proposal) -> str:
        key = proposal.proposed_key
        return key.name if key else str(proposal.proposed_by or "")


class ProposalShape(PendingShape):
    """A proposal whole: `terms` replace `before`; `note` is of who decided."""

    id = serializers.UUIDField(source="uuid", help_text="The same as `proposal`.")
    state = serializers.SerializerMethodField("get_status", help_text="The same as `status`.")
    organization = serializers.CharField(
        source="organization.tax_id", default=None, allow_null=True
    )
    terms = serializers.DictField()
    before = serializers.DictField()
    decided_by = serializers.SerializerMethodField(
        help_text="The officer who decided, or the key that decided at once."
    )

    class Meta(PendingShape.Meta):
        fields = [
            "id",
            *PendingShape.Meta.fields,
            "state",
            "organization",
            "terms",
            "before",
            "reason",
            "proposed_at",
            "decided_at",
            "decided_by",
            "note",
        ]
        read_only_fields = fields

    def get_decided_by(self, proposal: Proposal) -> str | None:
        decider = proposal.decided_by or proposal.decided_key
        return None if decider is None else str(getattr(decider, "name", "") or decider)


def answer_act(row: Any, shape: type[BaseSerializer[Any]], *, status: int = 201) -> Response:
    """Answer what a verb returned: the row that it made, or 202 with its proposal."""
    if isinstance(row, Proposal):
        return Response(PendingShape(row).data, status=202)
    return Response(shape(row).data, status=status)


class Proposals(Endpoint):
    """What was proposed, and what became of it."""

    query = ProposalFilters
    scopes = {"GET": READ_PROPOSALS}
    authority_for = ("GET",)

    @extend_schema(parameters=[ProposalFilters], responses=ProposalShape(many=True))
    def get(self, request: Request) -> Response:
        """List what takes two people: proposed, approved, refused, withdrawn, expired."""
        rows = access.proposals_for(self.by)
        if state := self.filters().get("state"):
            rows = access.proposals_in(rows, state, at=clock.now())
        return self.listed(rows, shape=ProposalShape)


class ProposalDetail(Endpoint):
    """One act that takes two people."""

    scopes = {"GET": READ_PROPOSALS}
    authority_for = ("GET",)

    @extend_schema(responses=ProposalShape)
    def get(self, request: Request, id: UUID) -> Response:
        """Read what became of one proposal."""
        row = found_or_404(access.proposals_for(self.by).filter(uuid=id).first())
        return Response(ProposalShape(row).data)
