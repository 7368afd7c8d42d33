"""What drf-spectacular cannot read from the code: keys, problems and their codes."""

from typing import Any

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.utils import OpenApiParameter

from api import lists
from api.problem_codes import DOMAIN, OF_REQUESTS, OF_VALUES, REASONS

PROBLEM_STATUSES = {
    "400": "Malformed, or the idempotency key is missing",
    "401": "No key, or a bad one",
    "403": "The key lacks the scope",
    "404": "Unknown, or not yours",
    "409": "Refused by a rule of the domain",
    "411": "The body came in chunks, which this server does not read",
    "413": "The body is too large",
    "415": "Not JSON, or not in UTF-8, or compressed",
    "422": "Invalid values, or a reused idempotency key with another body",
    "429": "Too many requests; see Retry-After",
    "503": "Not available at the moment; see Retry-After",
}
ONLY_WITH_BODY = {"409", "411", "413", "415"}
PROBLEM = {
    "type": "object",
    "description": "RFC 9457. Further members come with some codes.",
    "properties": {
        "type": {"type": "string", "format": "uri-reference"},
        "title": {"type": "string"},
        "status": {"type": "integer"},
        "detail": {"type": "string"},
        "code": {"$ref": "#/components/schemas/ProblemCode"},
        "request_id": {"type": "string"},
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "pointer": {
                        "type": "string",
                        "description": "JSON pointer into the body; `?name` for a parameter",
                    },
                    "code": {"$ref": "#/components/schemas/ValueCode"},
                    "detail": {"type": "string"},
                },
                "required": ["pointer", "code", "detail"],
            },
        },
        "reasons": {
            "type": "array",
            "description": "With `not_eligible`: each check that failed",
            "items": {
                "type": "object",
                "properties": {
                    "code": {"$ref": "#/components/schemas/ReasonCode"},
                    "detail": {"type": "string"},
                },
                "required": ["code", "detail"],
            },
        },
        "largest_request": {
            "type": "string",
            "description": "With `not_eligible`: the largest quantity that would pass, net kg",
        },
    },
    "required": ["type", "title", "status", "detail", "code", "request_id"],
}


INTRODUCTION = """\
Authorize a purchase of a controlled chemical, record the sale that really happened, and follow \
what was flagged.

**Keys.** `Authorization: Bearer <key>`. A key belongs to one firm, or to the authority, and has \
scopes. Keys that begin with `pk_test_` act in the sandbox.

**Values.** Times are RFC 3339 with their offset. Quantities are `{"value": "1250.000", "unit": \
"kg"}`, the value a decimal string. Names that an endpoint does not know are refused, so that a \
typing slip is not lost; so are parameters of a query. Firms are named by tax number, precursors \
and products by code, licenses by number, sites by id, vehicles by plate.

**Lists** answer `{data, next_cursor, has_more}`, newest first. Ask for more with `?cursor=`.

**Repeating a request.** Send an `Idempotency-Key` with each POST. A request that is sent again \
with its key and body has no second effect and gets the first answer, marked \
`Idempotent-Replay: true`.

**Problems** are `application/problem+json` (RFC 9457). `code` is for programs and listed here; \
`detail` is a sentence in the language of `Accept-Language` (en, es).
"""
IDEMPOTENCY_KEY = (
    "A new value for each new act, the same for its repetitions. The same key and body get the "
    "same answer again, with `Idempotent-Replay: true`; another body answers 422. Answers 2xx "
    "and 409 are kept."
)


class Schema(AutoSchema):
    """Knows cursor lists and idempotency keys."""

    def get_override_parameters(self) -> list[Any]:
        demand = getattr(getattr(self.view, "post", None), "idempotency_key", "")
        if self.method != "POST" or not demand:
            return []
        return [
            OpenApiParameter(
                "Idempotency-Key",
                location=OpenApiParameter.HEADER,
                required=demand == "required",
                description=IDEMPOTENCY_KEY,
            )
        ]

    def get_operation_id(self) -> str:
        words = [word.replace("-", "_") for word in self._tokenize_path()]
        verb = "post" if self.method == "POST" else "list" if self._is_list_view() else "get"
        return "_".join([verb, *words])

    def _get_paginator(self) -> Any:
        return CursorList()


class CursorList:
    """Describes what api.lists answers."""

    def get_schema_operation_parameters(self, view: Any) -> list[dict[str, Any]]:
        limit = {"type": "integer", "minimum": 1, "maximum": lists.LIMIT_MAX}
        limit["default"] = lists.LIMIT_DEFAULT
        cursor = {"type": "string", "description": "`next_cursor` of the page before"}
        return [
            {"name": "limit", "in": "query", "schema": limit},
            {"name": "cursor", "in": "query", "schema": cursor},
        ]

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        return {
            "type": "object",
            "properties": {
                "data": schema,
                "next_cursor": {"type": ["string", "null"]},
                "has_more": {"type": "boolean"},
            },
            "required": ["data", "next_cursor", "has_more"],
        }


class ApiKeyScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]
    target_class = "api.authentication.ApiKeyAuthentication"
    name = "apiKey"

    def get_security_definition(self, auto_schema: Any) -> dict[str, str]:
        return {
            "type": "http",
            "scheme": "bearer",
            "description": "`Authorization: Bearer <key>`. A key is shown once, when it is made.",
        }


def complete(
    result: dict[str, Any], generator: Any, request: HttpRequest | None, public: bool
) -> dict[str, Any]:
    """Add to every operation what holds for all (a postprocessing hook)."""
    result["info"]["description"] = INTRODUCTION
    schemas = result["components"]["schemas"]
    schemas["ProblemCode"] = {"type": "string", "enum": sorted({*OF_REQUESTS, *DOMAIN})}
    schemas["ReasonCode"] = {"type": "string", "enum": sorted(REASONS)}
    schemas["ValueCode"] = {"type": "string", "enum": sorted(OF_VALUES)}
    schemas["Problem"] = PROBLEM
    for methods in result["paths"].values():
        for method, operation in methods.items():
            _add_problems(operation, has_body=method == "post")
    result["components"]["schemas"] = dict(sorted(schemas.items()))
    return result


def _add_problems(operation: dict[str, Any], *, has_body: bool) -> None:
    for status, description in PROBLEM_STATUSES.items():
        if has_body or status not in ONLY_WITH_BODY:
            content = {"schema": {"$ref": "#/components/schemas/Problem"}}
            operation["responses"][status] = {
                "description": description,
                "content": {"application/problem+json": content},
            }
