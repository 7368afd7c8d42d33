from django.db import migrations

from database.guards import append_only, frozen

ADDED_ONLY = [
    "agreement",
    "evaluation",
    "flagstep",
    "ledgerentry",
    "lookup",
    "receipt",
    "ruleset",
    "sale",
]


class Migration(migrations.Migration):
    dependencies = [
        ("authorizations", "0001_code_and_ledger"),
        ("registry", "0002_guards"),
    ]

    operations = [
        *(append_only(f"authorizations_{name}") for name in ADDED_ONLY),
        frozen(
            "authorizations_authorization",
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
        ),
        frozen(
            "authorizations_allowance",
            "jurisdiction_id",
            "organization_id",
            "precursor_id",
            "activity",
            "period_start",
            "period_end",
        ),
        frozen(
            "authorizations_flag",
            "uuid",
            "jurisdiction_id",
            "rule",
            "subject_kind",
            "subject_id",
            "authorization_id",
            "raised_at",
        ),
    ]
