"""What becomes of sites and vehicles that are there."""

from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import ReasonBody
from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.register import WRITE, SiteShape, VehicleShape
from registry import access, operations
from registry.models import Site, Vehicle
from registry.plates import compact_plate


class SiteEnd(Endpoint):
    scopes = {"POST": WRITE}
    authority_for = ("POST",)

    def subject(self, id: UUID) -> Site:
        return found_or_404(access.sites_for(self.by).filter(uuid=id).first())

    @extend_schema(request=ReasonBody, responses=SiteShape)
    @idempotent()
    def post(self, request: Request, id: UUID) -> Response:
        """Retire a site: it can be named in nothing new. Repeating it changes nothing."""
        site = operations.retire(self.subject(id), **self.body(ReasonBody), by=self.by)
        return Response(SiteShape(site).data)


class VehicleEnd(Endpoint):
    scopes = {"POST": WRITE}
    authority_for = ("POST",)

    def subject(self, plate: str) -> Vehicle:
        named = access.vehicles_for(self.by).filter(plate=compact_plate(plate))
        return found_or_404(named.order_by("-pk").first())

    @extend_schema(request=ReasonBody, responses=VehicleShape)
    @idempotent()
    def post(self, request: Request, plate: str) -> Response:
        """Retire a vehicle: it can be named in nothing new. Repeating it changes nothing."""
        vehicle = operations.retire(self.subject(plate), **self.body(ReasonBody), by=self.by)
        return Response(VehicleShape(vehicle).data)
