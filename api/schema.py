"""What drf-spectacular cannot read from the code: keys, problems and their codes."""

import inspect
from typing import Any, cast

from django.http import HttpRequest
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema
from drf_spectacular.plumbing import get_lib_doc_excludes
from drf_spectacular.utils import OpenApiParameter

from api import lists
from api.bodies import QUANTITY_ANSWER_SCHEMA, QUANTITY_SCHEMA, Body, Filters, PerThreadFields
from api.endpoint import Endpoint
from api.idempotency import KEY
from api.problem_codes import DOMAIN, OF_REQUESTS, OF_VALUES, REASONS
from api.schema_parts import (
    ANSWERED,
    HEADERS,
    HEADERS_OF,
    ONLY_WITH_BODY,
    PROBLEM,
    PROBLEM_STATUSES,
    TAGS,
)
from registry.models.people import AUTHORITY_SCOPES, FIRM_SCOPES
from registry.proposals import ACTS

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


IDEMPOTENCY_PATTERN = f"^{KEY.pattern}$"
# Classes whose docstrings are for those who work on the portal.
INTERNAL = (Body, Filters, PerThreadFields, Endpoint)


def undocumented() -> list[type]:
    """Return the classes whose docstrings, and those of their bases, are not published."""
    return [*get_lib_doc_excludes(), *INTERNAL]  # type: ignore[no-untyped-call]


class Schema(AutoSchema):
    """Knows cursor lists, idempotency keys and scopes; takes the texts from the handlers."""

    def get_summary(self) -> str:
        return self._told().partition("\n\n")[0].replace("\n", " ").partition(". ")[0].rstrip(".")

    def get_description(self) -> str:  # type: ignore[override]
        return f"{self._told()}\n\n{self._who_may()}"

    def _told(self) -> str:
        return str(inspect.getdoc(getattr(self.view, self.method.lower())) or "")

    def _who_may(self) -> str:
        view = cast("Endpoint", self.view)
        scopes = view.scopes[self.method]
        if not scopes:
            return "**A key of a firm or the authority**, of any scope."
        who = {"a firm": FIRM_SCOPES, "the authority": AUTHORITY_SCOPES}
        shut = {"a firm": view.authority_for, "the authority": view.firm_for}
        told = [
            _with_scope(owner, [scope for scope in scopes if scope in who[owner]])
            for owner in who
            if self.method not in shut[owner]
        ]
        return " ".join(filter(None, told))

    def get_override_parameters(self) -> list[Any]:
        demand = getattr(getattr(self.view, "post", None), "idempotency_key", "")
        if self.method != "POST" or not demand:
            return []
        return [
            OpenApiParameter(
                "Idempotency-Key",
                {
                    "type": "string",
                    "minLength": 1,
                    "maxLength": 255,
                    "pattern": IDEMPOTENCY_PATTERN,
                },
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


def _with_scope(owner: str, scopes: list[str]) -> str:
    wanted = " or ".join(f"`{scope}`" for scope in scopes)
    return f"**A key of {owner}** with scope {wanted}." if wanted else ""


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
    schemas["ActName"] = {"type": "string", "enum": sorted(ACTS)}
    schemas["ValueCode"] = {"type": "string", "enum": sorted(OF_VALUES)}
    schemas["Problem"] = PROBLEM
    schemas["Quantity"], schemas["QuantityRequest"] = QUANTITY_ANSWER_SCHEMA, QUANTITY_SCHEMA
    for name, schema in schemas.items():
        for value in schema.get("properties", {}).values():
            value.pop("title", None)  # how the admin calls it; programs go by the name
        if name.endswith("Request"):
            _close(schema)
        elif name != "Problem" and "properties" in schema:
            schema["required"] = list(schema["properties"])
    schemas["OrganizationBodyRequest"]["properties"]["country"]["pattern"] = "^[A-Za-z]{2}$"
    result["components"]["headers"] = HEADERS
    result["tags"] = [{"name": name, "description": text} for name, text in TAGS.items()]
    for methods in result["paths"].values():
        for method, operation in methods.items():
            _add_problems(operation, has_body=method == "post")
            _add_headers(operation["responses"], is_post=method == "post")
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


def _close(schema: Any) -> None:
    """Say that a body has no other names, nor anything in it."""
    if isinstance(schema, dict):
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
        for inner in schema.values():
            _close(inner)
    elif isinstance(schema, list):
        for inner in schema:
            _close(inner)


def _add_headers(responses: dict[str, Any], *, is_post: bool) -> None:
    for status, response in responses.items():
        names = [*ANSWERED, *HEADERS_OF.get(status, ())]
        if is_post and (status.startswith("2") or status == "409"):
            names.append("Idempotent-Replay")
        response["headers"] = {name: {"$ref": f"#/components/headers/{name}"} for name in names}
