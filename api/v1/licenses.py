"""What revoking a license does to codes needs this app; everything else is the register's."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import ReasonBody
from api.idempotency import idempotent
from api.v1.register import LicenseAction, LicenseShape
from authorizations import operations


class LicenseRevocation(LicenseAction):
    @extend_schema(request=ReasonBody, responses=LicenseShape)
    @idempotent()
    def post(self, request: Request, number: str) -> Response:
        """Revoke a license for good, and with it its live codes."""
        license = self.subject(number)
        license = operations.revoke_license(license, **self.body(ReasonBody), by=self.by)
        return Response(LicenseShape(license).data)
