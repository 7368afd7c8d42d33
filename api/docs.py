"""The description of the API: one file for programs, one page for people."""

from typing import Any

from django.conf import settings
from django.http import FileResponse, HttpRequest
from django.views.decorators.http import require_safe
from drf_spectacular.views import SpectacularSwaggerSplitView
from rest_framework.request import Request
from rest_framework.response import Response

from api.problem_codes import DOMAIN, OF_VALUES, REASONS
from api.problems import STATUSES
from api.schema_parts import MEANINGS

SCHEMA_FILE = settings.BASE_DIR / "openapi.json"


@require_safe
def schema(_request: HttpRequest) -> FileResponse:
    """The committed description; a check compares it with what the code generates."""
    return FileResponse(SCHEMA_FILE.open("rb"), content_type="application/vnd.oai.openapi+json")


class Docs(SpectacularSwaggerSplitView):
    """Swagger UI, under the policy that allows no inline script or style, and the list of codes to
    which the `type` of a problem leads.
    """

    schema = None  # no operation of the API
    url = "/api/v1/openapi.json"
    template_name = "api/docs.html"

    def get(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        response: Response = super().get(request, *args, **kwargs)  # type: ignore[no-untyped-call]
        response.data["codes"] = explained_codes()
        return response


def explained_codes() -> list[tuple[str, list[tuple[str, str]]]]:
    """Return every code with what it says, in groups."""
    refused = {code: f"{STATUSES.get(code, 409)}: {_in_words(code)}" for code in DOMAIN}
    return [
        ("Of a request as such", sorted(MEANINGS.items())),
        ("Refused by a rule of the domain", sorted(refused.items())),
        ("Reasons of not_eligible", [(code, _in_words(code)) for code in sorted(REASONS)]),
        ("Of one value, in errors", [(code, _in_words(code)) for code in sorted(OF_VALUES)]),
    ]


def _in_words(code: str) -> str:
    return code.replace("_", " ").capitalize()
