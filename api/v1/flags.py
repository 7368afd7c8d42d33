"""Flags and their reviews: the authority's alone."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.bodies import FlagFilters, ReviewBody
from api.v1.scopes import READ_FLAGS
from api.v1.shapes import FlagShape
from oversight import access
from oversight import operations as oversight
from oversight.models import Flag


class Flags(Endpoint):
    query = FlagFilters
    scopes = {"GET": READ_FLAGS}
    authority_for = ("GET",)

    @extend_schema(parameters=[FlagFilters], responses=FlagShape(many=True))
    def get(self, request: Request) -> Response:
        """List flags: what did not fit, by which rule."""
        rows = access.flags_for(self.by).filter(**self.filters())
        return self.listed(rows, shape=FlagShape)


class OneFlag(Endpoint):
    def subject(self, id: UUID) -> Flag:
        return found_or_404(access.flags_for(self.by).filter(uuid=id).first())


class FlagDetail(OneFlag):
    scopes = {"GET": READ_FLAGS}
    authority_for = ("GET",)

    @extend_schema(responses=FlagShape)
    def get(self, request: Request, id: UUID) -> Response:
        """Read one flag with its evidence."""
        return Response(FlagShape(self.subject(id)).data)


class Review(OneFlag):
    scopes = {"POST": ("flags:review",)}
    authority_for = ("POST",)

    @extend_schema(request=ReviewBody, responses=FlagShape)
    @idempotent()
    def post(self, request: Request, id: UUID) -> Response:
        """Propose how a flag ends. A key proposes; it is never the second officer."""
        flag = self.subject(id)
        oversight.review(flag, **self.body(ReviewBody), by=self.by)
        return Response(FlagShape(self.subject(id)).data)
