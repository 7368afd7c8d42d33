"""Parts of the API's description that no code could tell: tags, problems, headers."""

from typing import Any

TAGS = {
    "me": "The key that asks",
    "precursors": "Controlled substances",
    "products": "What is traded of each substance, and its versions",
    "organizations": "Firms",
    "licenses": "Who may deal, and when",
    "permits": "What a license permits, and how much",
    "sites": "Where goods are kept or sold",
    "vehicles": "What goods are carried with",
    "proposals": "What takes two people, and what became of it",
    "headroom": "What a buyer may still request",
    "authorizations": "Codes: requests, decisions, sales against them",
    "sales": "Reports of sales, corrections and receipts",
    "flags": "What did not fit, and its review",
}
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
        "errors_omitted": {
            "type": "integer",
            "description": "How many more values are wrong than `errors` lists",
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
        "in_force": {
            "type": "string",
            "format": "uuid",
            "description": "With `sale_replaced`: the report that is in force",
        },
        "retry_after": {"type": "integer", "description": "Seconds; as the header Retry-After"},
        "largest_request": {
            "type": "string",
            "description": "With `not_eligible`: the largest quantity that would pass, net kg; "
            "0 where the vendor refuses, since what it has left is not told",
        },
    },
    "required": ["type", "title", "status", "detail", "code", "request_id"],
}

# By code: the status, and what it says of a request as such.
MEANINGS = {
    "conflict": "409: Somebody else was faster",
    "forbidden": "403: Your role does not include this",
    "headers_too_large": "431: The headers are too many, or too large",
    "https_required": "403: The portal was called over http, and the key sent in the clear",
    "idempotency_in_progress": "409: The first request with this key still runs",
    "idempotency_key_malformed": "400: No key of 1 to 255 printable ASCII characters, or two",
    "idempotency_key_missing": "400: The operation needs an Idempotency-Key",
    "idempotency_key_reused": "422: The key was used with another body",
    "internal": "500: A fault of the portal, recorded under the request's number",
    "invalid": "422: One or more values are wrong: see `errors`",
    "key_address": "403: The key may not be used from this address",
    "key_expired": "401: The time of the key is over",
    "key_missing": "401: No API key was sent",
    "key_revoked": "401: The key has been revoked",
    "key_unknown": "401: The key is not known",
    "length_required": "411: The server does not read bodies in chunks",
    "malformed": "400: The request or its body cannot be read",
    "method_not_allowed": "405: The address has no such method: see `Allow`",
    "not_found": "404: Nothing is there, or it is not yours",
    "scope_missing": "403: The key lacks the scope, or is not of whom the operation is for",
    "too_large": "413: The body is larger than one request may send",
    "too_many_requests": "429: Wait as long as `Retry-After` says",
    "too_slow": "408: The request did not come whole in time",
    "unavailable": "503: Ask again, or look, after `Retry-After`",
    "unsupported_media_type": "415: Not JSON, or not in UTF-8, or compressed",
    "uri_too_long": "414: The address is too long",
}
ANSWERED = ("X-Request-ID", "RateLimit", "RateLimit-Policy", "Key-Expires")
HEADERS_OF = {
    "401": ("WWW-Authenticate",),
    "429": ("Retry-After",),
    "503": ("Retry-After",),
}
HEADERS: dict[str, Any] = {
    "X-Request-ID": {
        "description": "The number under which the request is logged, beside yours",
        "schema": {"type": "string"},
    },
    "RateLimit": {
        "description": "What the key has left: `r` requests in the next `t` seconds",
        "schema": {"type": "string"},
    },
    "RateLimit-Policy": {
        "description": "How much a key may ask: `q` requests in `w` seconds",
        "schema": {"type": "string"},
    },
    "Key-Expires": {
        "description": "When the key will expire; only where it is soon",
        "schema": {"type": "string", "format": "date-time"},
    },
    "Retry-After": {
        "description": "Seconds to wait before asking again",
        "schema": {"type": "integer"},
    },
    "WWW-Authenticate": {"description": "Always `Bearer`", "schema": {"type": "string"}},
    "Idempotent-Replay": {
        "description": "`true` where the answer is that of the first request with this key",
        "schema": {"type": "string", "enum": ["true"]},
    },
}
