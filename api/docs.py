"""The description of the API: one file for programs, one page for people."""

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView

SCHEMA_FILE = settings.BASE_DIR / "openapi.json"


@require_safe
def schema(_request: HttpRequest) -> FileResponse:
    """The committed description; a check compares it with what the code generates."""
    return FileResponse(SCHEMA_FILE.open("rb"), content_type="application/vnd.oai.openapi+json")


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI, under the policy that allows no inline script or style."""

    url = "/api/v1/openapi.json"
    template_name = "api/docs.html"
