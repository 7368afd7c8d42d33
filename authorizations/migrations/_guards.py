"""What was reported and booked stays as it was, and each firm is shown its own."""

from database.guards import append_only, frozen, keep_columns
from database.row_security import NOBODY, PARTIES, insertable_by_all, show_to_firm

ADDED_ONLY = ["agreement", "ledgerentry", "lookup", "receipt", "ruleset", "sale"]
AUTHORIZATION = (
    "uuid",
    "jurisdiction_id",
    "code",
    "buyer_id",
    "seller_id",
    "product_id",
    "quantity_value",
    "quantity_unit",
    "product_kg",
    "net_kg",
    "ruleset_id",
    "allowance_id",
    "seller_allowance_id",
    "requested_at",
)
OF_OWN = "EXISTS (SELECT FROM authorizations_authorization own WHERE own.id = authorization_id)"
GUARDS = [
    *(append_only(f"authorizations_{name}") for name in ADDED_ONLY),
    frozen("authorizations_authorization", *AUTHORIZATION),
    frozen(
        "authorizations_allowance",
        "jurisdiction_id",
        "organization_id",
        "precursor_id",
        "activity",
        "period_start",
        "period_end",
    ),
    show_to_firm("authorizations_authorization", PARTIES),
    show_to_firm("authorizations_sale", PARTIES),
    show_to_firm("authorizations_receipt", OF_OWN),
    show_to_firm("authorizations_lookup", "portal_firm() = organization_id"),
    insertable_by_all("authorizations_ledgerentry", NOBODY),
]
# Added later: what was booked as a claim stays one.
CLAIM_IS_KEPT = keep_columns(
    "authorizations_authorization", (*AUTHORIZATION, "is_claim"), instead_of=AUTHORIZATION
)
