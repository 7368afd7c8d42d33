-- What is sent when a sale is recorded with a code: one statement locks, one writes.
-- %(name)s stands for a value. Each text is prepared once a connection and then executed with
-- its values; with PREPARED_STATEMENTS=0 it is sent as it stands here. Lines are broken for
-- reading. Held by tests/docs/test_record_sale_sql.py, which also writes this file:
--     WRITE_DOCS=1 python3 run.py test tests/docs/test_record_sale_sql.py

-- 1. The lock: authorizations/acts/locks.py, BY_CODE. Locks the authorization and reads it with
-- its parties; finds the site and the vehicle that the report names. A page has found the
-- authorization before and locks it by its id: BY_ID differs in its last condition alone.
-- A code whose time is over is then ended by an act of its own, before the sale is written.
SELECT clock_timestamp() + coalesce(
    (SELECT ahead FROM registry_clockoffset WHERE %(is_demo)s::boolean), interval '0'), locked.*
FROM (
    SELECT (SELECT id FROM registry_site
            WHERE uuid = %(site)s AND jurisdiction_id = own.jurisdiction_id) AS site_id,
        (SELECT id FROM registry_vehicle
            WHERE plate = %(plate)s AND jurisdiction_id = own.jurisdiction_id
                AND (retired_at IS NULL OR retired_at > %(sold_at)s)
            ORDER BY id LIMIT 1) AS vehicle_id,
        ARRAY(SELECT plate FROM registry_vehicle
            WHERE plate = ANY(%(trailers)s::text[]) AND jurisdiction_id = own.jurisdiction_id
                AND (retired_at IS NULL OR retired_at > %(sold_at)s))
            AS known_trailers,
        own.id AS own_id, own.uuid AS own_uuid, own.jurisdiction_id AS own_jurisdiction_id,
            own.code AS own_code, own.is_claim AS own_is_claim, own.status AS own_status,
            own.version AS own_version, own.buyer_id AS own_buyer_id,
            own.seller_id AS own_seller_id, own.product_id AS own_product_id,
            own.precursor_id AS own_precursor_id, own.quantity_value AS own_quantity_value,
            own.quantity_unit AS own_quantity_unit, own.product_kg AS own_product_kg,
            own.net_kg AS own_net_kg, own.destination_site_id AS own_destination_site_id,
            own.vehicle_id AS own_vehicle_id, own.purpose AS own_purpose,
            own.permit_id AS own_permit_id, own.seller_permit_id AS own_seller_permit_id,
            own.ruleset_id AS own_ruleset_id, own.allowance_id AS own_allowance_id,
            own.seller_allowance_id AS own_seller_allowance_id,
            own.requested_at AS own_requested_at, own.decide_by AS own_decide_by,
            own.issued_at AS own_issued_at, own.valid_until AS own_valid_until,
            own.looked_up_at AS own_looked_up_at, own.ended_at AS own_ended_at,
            own.declared_at AS own_declared_at, own.released_at AS own_released_at,
            own.receipt_awaited_since AS own_receipt_awaited_since,
            own.reserved_kg AS own_reserved_kg, own.held_kg AS own_held_kg,
            own.consumed_kg AS own_consumed_kg, own.overage_kg AS own_overage_kg,
            own.claimed_kg AS own_claimed_kg, own.sold_kg AS own_sold_kg,
            jurisdiction.id AS jurisdiction_id, jurisdiction.code AS jurisdiction_code,
            jurisdiction.name AS jurisdiction_name, jurisdiction.country AS jurisdiction_country,
            jurisdiction.time_zone AS jurisdiction_time_zone,
            jurisdiction.language AS jurisdiction_language,
            jurisdiction.is_test AS jurisdiction_is_test,
            jurisdiction.issuing_halted_at AS jurisdiction_issuing_halted_at,
            buyer.id AS buyer_id, buyer.uuid AS buyer_uuid,
            buyer.jurisdiction_id AS buyer_jurisdiction_id, buyer.country AS buyer_country,
            buyer.tax_id AS buyer_tax_id, buyer.name AS buyer_name,
            buyer.search_text AS buyer_search_text, buyer.created_at AS buyer_created_at,
            seller.id AS seller_id, seller.uuid AS seller_uuid,
            seller.jurisdiction_id AS seller_jurisdiction_id, seller.country AS seller_country,
            seller.tax_id AS seller_tax_id, seller.name AS seller_name,
            seller.search_text AS seller_search_text, seller.created_at AS seller_created_at,
            product.id AS product_id, product.jurisdiction_code AS product_jurisdiction_code,
            product.code AS product_code, product.version AS product_version,
            product.precursor_id AS product_precursor_id, product.name_en AS product_name_en,
            product.name_es AS product_name_es,
            product.concentration_percent AS product_concentration_percent,
            product.density_kg_per_l AS product_density_kg_per_l,
            product.counts_whole AS product_counts_whole, product.oleum AS product_oleum,
            product.presentation AS product_presentation,
            product.scale_division_kg AS product_scale_division_kg,
            product.expansion_per_kelvin AS product_expansion_per_kelvin,
            product.source AS product_source, product.density_source AS product_density_source,
            product.created_at AS product_created_at,
            product.superseded_at AS product_superseded_at,
            product.search_text AS product_search_text, product.sort_en AS product_sort_en,
            product.sort_es AS product_sort_es, destination_site.id AS destination_site_id,
            destination_site.uuid AS destination_site_uuid,
            destination_site.jurisdiction_id AS destination_site_jurisdiction_id,
            destination_site.organization_id AS destination_site_organization_id,
            destination_site.name AS destination_site_name,
            destination_site.address AS destination_site_address,
            destination_site.ubigeo AS destination_site_ubigeo,
            destination_site.latitude AS destination_site_latitude,
            destination_site.longitude AS destination_site_longitude,
            destination_site.storage_limit_value AS destination_site_storage_limit_value,
            destination_site.storage_limit_unit AS destination_site_storage_limit_unit,
            destination_site.storage_limit_kg AS destination_site_storage_limit_kg,
            destination_site.proposal_id AS destination_site_proposal_id,
            destination_site.created_at AS destination_site_created_at,
            destination_site.retired_at AS destination_site_retired_at, vehicle.id AS vehicle_id,
            vehicle.uuid AS vehicle_uuid, vehicle.jurisdiction_id AS vehicle_jurisdiction_id,
            vehicle.organization_id AS vehicle_organization_id, vehicle.plate AS vehicle_plate,
            vehicle.kind AS vehicle_kind, vehicle.capacity_value AS vehicle_capacity_value,
            vehicle.capacity_unit AS vehicle_capacity_unit,
            vehicle.created_at AS vehicle_created_at, vehicle.retired_at AS vehicle_retired_at
    FROM authorizations_authorization own
    JOIN registry_jurisdiction jurisdiction ON jurisdiction.id = own.jurisdiction_id
    JOIN registry_organization buyer ON buyer.id = own.buyer_id
    JOIN registry_organization seller ON seller.id = own.seller_id
    JOIN precursors_product product ON product.id = own.product_id
    LEFT JOIN registry_site destination_site ON destination_site.id = own.destination_site_id
    LEFT JOIN registry_vehicle vehicle ON vehicle.id = own.vehicle_id
    WHERE own.code = %(code)s AND own.seller_id = %(seller)s FOR NO KEY UPDATE OF own
) locked;

-- 2. The act: authorizations/acts/statement.py, ACT. It checks nothing but the quotas' limits,
-- which a sale does not set.
-- the authorization: its next version, its balances, its status
WITH subject AS (UPDATE authorizations_authorization SET status = %(subject_status)s,
    version = %(subject_version)s, issued_at = %(subject_issued_at)s,
    valid_until = %(subject_valid_until)s, looked_up_at = %(subject_looked_up_at)s,
    ended_at = %(subject_ended_at)s, declared_at = %(subject_declared_at)s,
    released_at = %(subject_released_at)s,
    receipt_awaited_since = %(subject_receipt_awaited_since)s,
    seller_permit_id = %(subject_seller_permit_id)s,
    seller_allowance_id = %(subject_seller_allowance_id)s, reserved_kg = %(subject_reserved_kg)s,
    held_kg = %(subject_held_kg)s, consumed_kg = %(subject_consumed_kg)s,
    overage_kg = %(subject_overage_kg)s, claimed_kg = %(subject_claimed_kg)s,
    sold_kg = %(subject_sold_kg)s WHERE id = %(id)s::bigint RETURNING id),
-- the sale, on that authorization
report AS (INSERT INTO authorizations_sale (authorization_id, uuid, jurisdiction_id, version,
    root_id, replaces_id, is_void, reason, buyer_id, seller_id, product_id, quantity_value,
    quantity_unit, product_kg, net_kg, sold_at, sold_on, recorded_at, site_id, plate, vehicle_id,
    trailers, unknown_trailers, driver_document, driver_license, invoice, guide, invoice_key,
    guide_key, gross_kg, tare_kg, seals, complete, recorded_by_id, api_key_id) SELECT subject.id,
    %(report_uuid)s, %(report_jurisdiction_id)s, %(report_version)s, %(report_root_id)s,
    %(report_replaces_id)s, %(report_is_void)s, %(report_reason)s, %(report_buyer_id)s,
    %(report_seller_id)s, %(report_product_id)s, %(report_quantity_value)s,
    %(report_quantity_unit)s, %(report_product_kg)s, %(report_net_kg)s, %(report_sold_at)s,
    %(report_sold_on)s, %(report_recorded_at)s, %(report_site_id)s, %(report_plate)s,
    %(report_vehicle_id)s, %(report_trailers)s, %(report_unknown_trailers)s,
    %(report_driver_document)s, %(report_driver_license)s, %(report_invoice)s, %(report_guide)s,
    %(report_invoice_key)s, %(report_guide_key)s, %(report_gross_kg)s, %(report_tare_kg)s,
    %(report_seals)s, %(report_complete)s, %(report_recorded_by_id)s, %(report_api_key_id)s FROM
    subject RETURNING id),
-- what is left to do: evaluate now, and look for the receipt when it is due
duty AS (
    INSERT INTO authorizations_duty (authorization_id, version, reason, lane, due_at, attempts)
    SELECT subject.id, %(version)s::int, left_to_do.reason, 'live', left_to_do.due_at, 0
    FROM subject, unnest(%(duties)s::text[], %(due)s::timestamptz[])
        AS left_to_do (reason, due_at)
),
-- what happened, and who did it: the next event of this subject
event AS (
INSERT INTO registry_event (uuid, jurisdiction_id, month, kind, subject_kind, subject_id,
    sequence, at, data, organizations, user_id, api_key_id)
SELECT happened.uuid, %(jurisdiction)s,
    date_trunc('month', %(at)s::timestamptz AT TIME ZONE 'UTC')::date,
    happened.kind, %(subject_kind)s::text, subject.id,
    happened.turn + coalesce((SELECT sequence FROM registry_event earlier
        WHERE earlier.subject_kind = %(subject_kind)s::text AND earlier.subject_id = subject.id
        ORDER BY sequence DESC LIMIT 1), 0),
    %(at)s::timestamptz, happened.data, %(organizations)s::bigint[],
    happened.user_id, happened.api_key_id
FROM subject, unnest(%(event_uuids)s::uuid[], %(event_kinds)s::text[], %(event_data)s::jsonb[],
    %(event_users)s::bigint[], %(event_keys)s::bigint[])
    WITH ORDINALITY AS happened (uuid, kind, data, user_id, api_key_id, turn)
),
-- both allowances, buyer's and vendor's, locked in the order of their ids
share AS MATERIALIZED (
    SELECT allowance.id, asked.id IS NOT NULL AS is_asked, asked.limit_kg, asked.reserved,
        asked.held, asked.consumed, asked.overage, asked.claimed
    FROM authorizations_allowance allowance
    LEFT JOIN unnest(%(allowances)s::bigint[], %(limits)s::numeric[], %(reserved)s::numeric[],
            %(held)s::numeric[], %(consumed)s::numeric[], %(overage)s::numeric[],
            %(claimed)s::numeric[])
        AS asked (id, limit_kg, reserved, held, consumed, overage, claimed) USING (id)
    WHERE (allowance.organization_id, allowance.precursor_id, allowance.activity) IN (
            SELECT organization_id, precursor_id, activity FROM authorizations_allowance
            WHERE id = ANY(%(allowances)s::bigint[]))
        AND %(requested_on)s::date BETWEEN allowance.period_start AND allowance.period_end
    ORDER BY allowance.id FOR NO KEY UPDATE OF allowance
),
-- what they take; without a limit a fact is booked whether or not it fits
taken AS (
    UPDATE authorizations_allowance allowance SET
        reserved_kg = reserved_kg + share.reserved,
        held_kg = held_kg + share.held,
        consumed_kg = consumed_kg + share.consumed,
        overage_kg = overage_kg + share.overage,
        claimed_kg = claimed_kg + share.claimed,
        limit_kg = coalesce(share.limit_kg, allowance.limit_kg)
    FROM share
    WHERE allowance.id = share.id AND share.is_asked AND (share.limit_kg IS NULL
        OR reserved_kg + held_kg + consumed_kg + overage_kg + share.reserved <= share.limit_kg)
    RETURNING allowance.id, allowance.limit_kg,
        reserved_kg + held_kg + consumed_kg + overage_kg AS used_kg, share.reserved, share.held,
        share.consumed, share.overage, share.claimed
),
-- the ledger entry of each allowance, which the balances must sum to
entry AS (
    INSERT INTO authorizations_ledgerentry (jurisdiction_id, month, allowance_id,
        authorization_id,
        version, kind, reserved_kg, held_kg, consumed_kg, overage_kg, claimed_kg,
        used_after_kg, limit_kg, counts_every_period, recorded_at)
    SELECT %(jurisdiction)s, date_trunc('month', %(at)s::timestamptz AT TIME ZONE 'UTC')::date,
        taken.id, subject.id, %(version)s::int, %(kind)s, taken.reserved, taken.held,
        taken.consumed, taken.overage, taken.claimed, taken.used_kg, taken.limit_kg, true,
        %(at)s::timestamptz
    FROM taken, subject
)
-- gives both ids, and how many allowances were booked
SELECT subject.id, (SELECT id FROM report), (SELECT count(*) FROM taken) FROM subject;
