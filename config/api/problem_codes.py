"""Every code a problem may carry, as published in the schema. A test holds it complete."""

OF_REQUESTS = (
    "conflict",
    "forbidden",
    "idempotency_in_progress",
    "idempotency_key_malformed",
    "idempotency_key_missing",
    "idempotency_key_reused",
    "internal",
    "invalid",
    "key_missing",
    "key_revoked",
    "key_unknown",
    "malformed",
    "method_not_allowed",
    "not_found",
    "scope_missing",
    "too_large",
    "too_many_requests",
    "unavailable",
    "unsupported_media_type",
)
DOMAIN = ()
