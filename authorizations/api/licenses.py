"""What revoking a license does to codes needs this app; everything else is the register's."""

from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from authorizations import operations
from config.api.bodies import Reason
from config.api.idempotency import once
from registry.api import LicenseAction, LicenseShape


class LicenseRevocation(LicenseAction):
    @extend_schema(request=Reason, responses=LicenseShape)
    @once()
    def post(self, request: Request, number: str) -> Response:
        """Revoke a license for good, and with it its live codes."""
        license = self.subject(number)
        license = operations.revoke_license(license, **self.body(Reason), by=self.by)
        return Response(LicenseShape(license).data)
