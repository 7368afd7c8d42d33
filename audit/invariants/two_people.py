"""Invariant 11: what loosens or enrols in the register was agreed to by two natural persons."""

from audit.invariants.question import EVERYTHING, Question

# Of a proposal `agreed`: that another person agreed, or a key with a standing decision of two.
BY_TWO = """agreed.state = 'approved' AND EXISTS (
    SELECT FROM (SELECT) AS one LEFT JOIN registry_apikey key ON key.id = agreed.proposed_key_id
    WHERE agreed.decided_by_id IS NOT NULL
            AND agreed.decided_by_id IS DISTINCT FROM agreed.proposed_by_id
            AND agreed.decided_by_id IS DISTINCT FROM agreed.sponsor_id
            AND agreed.decided_by_id IS DISTINCT FROM key.sponsor_id
        OR agreed.decided_key_id = agreed.proposed_key_id AND 'registry:grant' = ANY (key.scopes))
"""
SINCE = "(SELECT applied FROM django_migrations WHERE app = 'registry' AND name = '{}')"
MONTHS = "(CASE {} WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END)"

ALONE = (
    f"SELECT agreed.id FROM registry_proposal agreed WHERE state = 'approved' AND NOT ({BY_TWO})"
)
BEYOND = """
    SELECT agreed.id FROM registry_proposal agreed
    JOIN registry_apikey key ON key.id = agreed.decided_key_id
    WHERE agreed.state = 'approved' AND (agreed.terms ->> 'limit_kg')::numeric
        > key.largest_limit_kg
"""
# Each permit beside the firm's one before it, under whatever license.
PERMITS = f"""
    SELECT permit.id FROM (
        SELECT row.*, lag(row.id) OVER turns AS last_id, lag(limit_kg) OVER turns AS last_kg,
            lag(period) OVER turns AS last_period,
            coalesce(lag(automatic_limit_kg) OVER turns, 0) AS last_automatic_kg,
            lag(license_id) OVER turns AS last_license_id
        FROM registry_permit row
        WINDOW turns AS (PARTITION BY organization_id, precursor_id, activity
            ORDER BY coalesce(decided_at, created_at), id)
    ) permit
    JOIN precursors_precursor precursor ON precursor.id = permit.precursor_id
    LEFT JOIN registry_license last ON last.id = permit.last_license_id
    WHERE NOT entered_by_one AND (last_id IS NULL
        OR limit_kg * greatest(1, {MONTHS.format("last_period")} / {MONTHS.format("period")})
            > last_kg
        OR coalesce(automatic_limit_kg, 0) > last_automatic_kg
        OR last.valid_to < permit.decided_at::date - 1 AND NOT EXISTS (
            SELECT FROM registry_permit earlier WHERE earlier.license_id = permit.license_id
                AND earlier.precursor_id = permit.precursor_id
                AND earlier.activity = permit.activity AND earlier.id <> permit.id
                AND earlier.decided_at <= permit.decided_at))
    AND NOT EXISTS (
        SELECT FROM registry_proposal agreed
        WHERE agreed.id = permit.proposal_id AND {BY_TWO} AND agreed.act = 'permit.grant'
            AND agreed.subject_kind = 'license' AND agreed.subject_id = permit.license_id
            AND agreed.terms @> jsonb_build_object('precursor', precursor.code,
                'activity', permit.activity, 'period', permit.period)
            AND (agreed.terms ->> 'limit_kg')::numeric = permit.limit_kg
            AND coalesce((agreed.terms ->> 'automatic_limit_kg')::numeric, -1)
                = coalesce(permit.automatic_limit_kg, -1))
"""
PRODUCTS = f"""
    SELECT product.id FROM precursors_product product
    JOIN precursors_precursor precursor ON precursor.id = product.precursor_id
    WHERE jurisdiction_code <> '' AND product.created_at
            > {SINCE.format("0017_products_take_two")}
        AND (version > 1 OR concentration_percent < 100 AND NOT counts_whole
            OR (product.density_kg_per_l < coalesce(precursor.density_kg_per_l, 'infinity')))
        AND NOT EXISTS (
            SELECT FROM registry_proposal agreed
            WHERE agreed.act IN ('product.add', 'product.version') AND {BY_TWO}
                AND agreed.terms @> jsonb_build_object('product', product.code,
                    'precursor', precursor.code, 'name', product.name_en,
                    'counts_whole', product.counts_whole, 'oleum', product.oleum)
                AND (agreed.terms ->> 'concentration_percent')::numeric
                    = product.concentration_percent
                AND coalesce((agreed.terms ->> 'density_kg_per_l')::numeric, -1)
                    = coalesce(product.density_kg_per_l, -1))
"""
LIMIT = "(amendment.{} ->> 'storage_limit_kg')::numeric"
ENLARGED = f"""
    SELECT amendment.id FROM registry_amendment amendment
    WHERE amendment.after ? 'storage_limit_kg' AND {LIMIT.format("before")} IS NOT NULL
        AND coalesce({LIMIT.format("after")}, 'infinity') > {LIMIT.format("before")}
        AND NOT EXISTS (
            SELECT FROM registry_proposal agreed
            WHERE agreed.id = amendment.proposal_id AND agreed.act = 'site.amend' AND {BY_TWO}
                AND agreed.subject_id = amendment.site_id AND agreed.terms = amendment.after)
"""
LIMITS = """
    SELECT site.id FROM registry_site site CROSS JOIN LATERAL (
        SELECT after FROM registry_amendment WHERE site_id = site.id AND after ? 'storage_limit_kg'
        ORDER BY id DESC LIMIT 1) last
    WHERE (last.after ->> 'storage_limit_kg')::numeric
        IS DISTINCT FROM site.storage_limit_kg
"""
ADDED = f"""
    SELECT site.id FROM registry_site site
    WHERE site.created_at > {SINCE.format("0018_more_storage_takes_two")}
        AND EXISTS (
            SELECT FROM registry_site other WHERE other.organization_id = site.organization_id
                AND other.id < site.id AND other.storage_limit_kg IS NOT NULL
                AND NOT EXISTS (SELECT FROM registry_amendment limited
                    WHERE limited.site_id = other.id AND limited.decided_at > site.created_at))
        AND NOT EXISTS (
            SELECT FROM registry_proposal agreed
            WHERE agreed.id = site.proposal_id AND agreed.act = 'site.add' AND {BY_TWO}
                AND agreed.subject_id = site.organization_id)
"""

# By the machine's clock, from the uuid of version 7: the portal's is ahead in a demo.
RESUMED_AT = """
    to_timestamp(('x' || left(replace(last.uuid::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
"""
RESUMING = f"agreed.act = 'issuing.resume' AND {BY_TWO}"
ACCEPTED = f"""
    SELECT 'violation ' || row.id FROM audit_violation row
    WHERE row.accepted_at IS NOT NULL AND NOT row.accepted_by_one AND NOT EXISTS (
        SELECT FROM registry_proposal agreed WHERE agreed.id = row.resuming_id AND {RESUMING}
            AND agreed.terms -> 'violations' @> to_jsonb(row.id))
"""
RESUMED = f"""
    SELECT 'jurisdiction ' || place.id FROM registry_jurisdiction place CROSS JOIN LATERAL (
        SELECT uuid, kind, at, data FROM registry_event
        WHERE subject_kind = 'jurisdiction' AND subject_id = place.id
            AND kind IN ('issuing.halted', 'issuing.resumed')
        ORDER BY sequence DESC LIMIT 1) last
    WHERE place.issuing_halted_at IS NULL AND (last.kind = 'issuing.halted'
        OR {RESUMED_AT} > (SELECT applied FROM django_migrations
            WHERE app = 'audit' AND name = '0003_resuming_takes_two')
        AND NOT EXISTS (SELECT FROM registry_proposal agreed
            WHERE agreed.uuid::text = last.data ->> 'proposal' AND {RESUMING}
                AND agreed.decided_at = last.at))
"""

OWN = (
    Question(11, "two people agreed to each approval", EVERYTHING, ALONE),
    Question(11, "a key decides within its bound", EVERYTHING, BEYOND),
    Question(11, "two people agreed to each first or looser permit", EVERYTHING, PERMITS),
    Question(11, "two people agreed to what a product contains", EVERYTHING, PRODUCTS),
    Question(11, "two people agreed to each larger storage limit", EVERYTHING, ENLARGED),
    Question(11, "a site’s storage limit is the last that was told", EVERYTHING, LIMITS),
    Question(11, "two people agreed to one more site", EVERYTHING, ADDED),
    Question(11, "two people accepted each known error", EVERYTHING, ACCEPTED),
    Question(11, "two people agreed that codes are issued again", EVERYTHING, RESUMED),
)
