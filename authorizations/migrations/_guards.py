"""What was reported and booked stays as it was, and each firm is shown its own."""

from django.db.migrations import RunSQL

from database.guards import append_only, frozen, keep_columns
from database.row_security import (
    NOBODY,
    OWN,
    PARTIES,
    add_to_all,
    close,
    insertable_by_all,
    show_to_firm,
)

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

BALANCES = ("reserved_kg", "held_kg", "consumed_kg", "overage_kg", "claimed_kg")
KEY = "organization_id, precursor_id, activity, period_start, period_end"
# Month, quarter and year of a moment, by the local day.
PERIODS = """
CREATE FUNCTION portal_periods(moment timestamptz, zone text)
RETURNS TABLE (period_start date, period_end date) LANGUAGE sql STABLE AS $$
    SELECT date_trunc(kind.name, moment AT TIME ZONE zone)::date,
        (date_trunc(kind.name, moment AT TIME ZONE zone) + kind.length)::date - 1
    FROM (VALUES ('month', interval '1 month'), ('quarter', interval '3 months'),
        ('year', interval '1 year')) AS kind (name, length)
$$;
"""
INSERT = f"""
INSERT INTO authorizations_allowance AS known (jurisdiction_id, {KEY}, limit_kg,
    {", ".join(BALANCES)})
"""


def _sets(value: str) -> str:
    return ", ".join(f"{name} = {value.format(name=name)}" for name in BALANCES)


# What an act books on the allowance of its permit's period is added to the two other periods that
# hold the day of the request. As the owner: a firm's session does not see the other party's rows.
# It stands in the database so that whoever books, books all three.
BOOK_EVERY_PERIOD = f"""
CREATE FUNCTION authorizations_ledgerentry_every_period() RETURNS trigger
LANGUAGE plpgsql SECURITY DEFINER SET search_path FROM CURRENT AS $$
BEGIN
    WITH change AS (
        SELECT own.jurisdiction_id, own.organization_id, own.precursor_id, own.activity,
            period.period_start, period.period_end,
            {", ".join(f"sum(booked.{name}) AS {name}" for name in BALANCES)}
        FROM booked
        JOIN authorizations_allowance own ON own.id = booked.allowance_id
        JOIN authorizations_authorization code ON code.id = booked.authorization_id
        JOIN registry_jurisdiction place ON place.id = own.jurisdiction_id
        CROSS JOIN LATERAL portal_periods(code.requested_at, place.time_zone) period
        WHERE (period.period_start, period.period_end) <> (own.period_start, own.period_end)
        GROUP BY own.jurisdiction_id, own.organization_id, own.precursor_id, own.activity,
            period.period_start, period.period_end
    ),
    added AS (
        UPDATE authorizations_allowance known SET {_sets("known.{name} + change.{name}")}
        FROM change
        WHERE (known.organization_id, known.precursor_id, known.activity, known.period_start,
            known.period_end) = (change.organization_id, change.precursor_id, change.activity,
            change.period_start, change.period_end)
        RETURNING {", ".join(f"known.{name}" for name in KEY.split(", "))}
    )
    {INSERT}
    SELECT jurisdiction_id, {KEY}, 0, {", ".join(BALANCES)} FROM change
    WHERE ({KEY}) NOT IN (SELECT {KEY} FROM added)
    ON CONFLICT ({KEY}) DO UPDATE SET {_sets("known.{name} + EXCLUDED.{name}")};
    RETURN NULL;
END $$;
CREATE TRIGGER every_period AFTER INSERT ON authorizations_ledgerentry
    REFERENCING NEW TABLE AS booked FOR EACH STATEMENT
    EXECUTE FUNCTION authorizations_ledgerentry_every_period();
ALTER TABLE authorizations_ledgerentry ENABLE ALWAYS TRIGGER every_period;
"""
# All allowances as the authorizations have them, those of other periods opened.
FILL_EVERY_PERIOD = f"""
{INSERT}
SELECT code.jurisdiction_id, own.organization_id, own.precursor_id, own.activity,
    period.period_start, period.period_end, 0,
    {", ".join(f"sum(side.{name})" for name in BALANCES)}
FROM authorizations_authorization code
JOIN registry_jurisdiction place ON place.id = code.jurisdiction_id
CROSS JOIN LATERAL portal_periods(code.requested_at, place.time_zone) period
CROSS JOIN LATERAL (VALUES
    (code.allowance_id, code.reserved_kg, code.held_kg, code.consumed_kg, code.overage_kg,
        code.claimed_kg),
    (code.seller_allowance_id, code.reserved_kg, code.held_kg, code.consumed_kg,
        code.sold_kg - code.consumed_kg, 0)
) AS side (allowance_id, {", ".join(BALANCES)})
JOIN authorizations_allowance own ON own.id = side.allowance_id
GROUP BY code.jurisdiction_id, own.organization_id, own.precursor_id, own.activity,
    period.period_start, period.period_end
ON CONFLICT ({KEY}) DO UPDATE SET {_sets("EXCLUDED.{name}")};
"""
# While this runs nothing is booked: what was booked before is filled in, what comes after is added.
EVERY_PERIOD = RunSQL(
    "LOCK TABLE authorizations_ledgerentry IN SHARE ROW EXCLUSIVE MODE;"
    + PERIODS
    + FILL_EVERY_PERIOD
    + BOOK_EVERY_PERIOD,
    "DROP TRIGGER every_period ON authorizations_ledgerentry;"
    "DROP FUNCTION authorizations_ledgerentry_every_period(); DROP FUNCTION portal_periods;",
)

# Added later: who says nothing sees nothing, and a firm sees its own quotas.
CLOSED = [
    close("authorizations_authorization", PARTIES),
    close("authorizations_sale", PARTIES),
    close("authorizations_receipt", OF_OWN),
    close("authorizations_lookup", "portal_firm() = organization_id"),
    close("authorizations_ledgerentry", NOBODY),
    show_to_firm("authorizations_allowance", OWN),
    show_to_firm("authorizations_agreement", OF_OWN),
    show_to_firm("authorizations_duty", NOBODY),
    add_to_all("authorizations_duty"),
]

# A request that waited without the vendor's quota takes it later, once.
SELLERS = "seller_allowance_id"
KEPT = [*AUTHORIZATION, "is_claim"]
TAKEN_ONCE = [
    keep_columns(
        "authorizations_authorization",
        [name for name in KEPT if name != SELLERS],
        instead_of=KEPT,
    ),
    RunSQL(
        "CREATE TRIGGER vendors_quota_is_kept BEFORE UPDATE ON authorizations_authorization"
        f" FOR EACH ROW WHEN (OLD.{SELLERS} IS NOT NULL"
        f" AND OLD.{SELLERS} IS DISTINCT FROM NEW.{SELLERS})"
        " EXECUTE FUNCTION portal_refuses('the vendor''s quota is taken once');"
        "ALTER TABLE authorizations_authorization ENABLE ALWAYS TRIGGER vendors_quota_is_kept;",
        "DROP TRIGGER vendors_quota_is_kept ON authorizations_authorization;",
    ),
]
