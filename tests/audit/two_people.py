"""What breaks that two people agreed, planted behind the guards."""

FREE_PROPOSAL = "ALTER TABLE registry_proposal DROP CONSTRAINT "
FREE_AMENDMENT = "ALTER TABLE registry_amendment DROP CONSTRAINT "
AMENDED = """INSERT INTO registry_amendment (uuid, jurisdiction_id, organization_id, site_id,
    before, after, retires, reason, loosens, state, proposed_at, decided_at)
    SELECT gen_random_uuid(), jurisdiction_id, organization_id, id, '{"storage_limit_kg": "10"}',
        '{"storage_limit_kg": %s}', false, '', false, 'in_force', now(), now()
    FROM registry_site LIMIT 1"""
BESIDE = """INSERT INTO registry_site (uuid, jurisdiction_id, organization_id, name, address,
    ubigeo, storage_limit_unit, created_at) SELECT gen_random_uuid(), jurisdiction_id,
    organization_id, 'More', address, '', '', now() FROM registry_site LIMIT 1"""
FIRST = "id = (SELECT min(id) FROM registry_permit)"
ALONE = "11 two people agreed to each approval"
PERMITS = "11 two people agreed to each first or looser permit"
PRODUCTS = "11 two people agreed to what a product contains"
ACCEPTED = "11 two people accepted each known error"
RESUMED = "11 two people agreed that codes are issued again"
FREE_VIOLATION = "ALTER TABLE audit_violation DROP CONSTRAINT two_people_accept_a_violation"
VIOLATION = """INSERT INTO audit_violation (number, invariant, subject, found_at, accepted_at,
    resuming_id) VALUES (5, 'planted', '1', now(), now(), {})"""
EVENT = """UPDATE registry_event SET kind = '{}', subject_kind = 'jurisdiction', data = '{{}}',
    subject_id = (SELECT min(id) FROM registry_jurisdiction)
    WHERE id = (SELECT max(id) FROM registry_event)"""

PLANTS: list[tuple[str, tuple[str, ...]]] = [
    (
        ALONE,
        (
            FREE_PROPOSAL + "an_approval_takes_two_people",
            "UPDATE registry_proposal SET decided_key_id = NULL",
        ),
    ),
    (
        ALONE,
        (
            FREE_PROPOSAL + "an_approval_takes_two_people",
            FREE_PROPOSAL + "a_person_counts_as_themselves",
            "UPDATE registry_proposal SET decided_key_id = NULL, proposed_key_id = NULL,"
            " decided_by_id = (SELECT min(id) FROM registry_user),"
            " proposed_by_id = (SELECT min(id) FROM registry_user)",
        ),
    ),
    (
        ALONE,
        (
            "UPDATE registry_apikey SET sponsor_id = (SELECT min(id) FROM registry_user)",
            "UPDATE registry_proposal SET decided_key_id = NULL,"
            " decided_by_id = (SELECT min(id) FROM registry_user)",
        ),
    ),
    (
        "11 a key decides within its bound",
        ("UPDATE registry_apikey SET largest_limit_kg = 1",),
    ),
    (PERMITS, (f"UPDATE registry_permit SET limit_kg = limit_kg + 1 WHERE {FIRST}",)),
    (PERMITS, (f"UPDATE registry_permit SET automatic_limit_kg = NULL WHERE {FIRST}",)),
    (PERMITS, (f"UPDATE registry_permit SET period = 'quarter' WHERE {FIRST}",)),
    (
        PERMITS,
        ("UPDATE registry_permit SET raises_limit = false, proposal_id = NULL",),
    ),
    (
        PRODUCTS,
        ("UPDATE precursors_product SET jurisdiction_code = 'PE' WHERE code = 'acetone'",),
    ),
    (
        "11 two people agreed to each larger storage limit",
        (FREE_AMENDMENT + "a_loosening_amendment_takes_two", AMENDED % '"11"'),
    ),
    ("11 two people agreed to each larger storage limit", (AMENDED % "null",)),
    ("11 a site’s storage limit is the last that was told", (AMENDED % '"9"',)),
    (
        "11 two people agreed to one more site",
        ("UPDATE registry_site SET storage_limit_kg = 5", BESIDE),
    ),
    (ACCEPTED, (FREE_VIOLATION, VIOLATION.format("NULL"))),
    (ACCEPTED, (VIOLATION.format("(SELECT min(id) FROM registry_proposal)"),)),
    (RESUMED, (EVENT.format("issuing.halted"),)),
    (RESUMED, (EVENT.format("issuing.resumed"),)),
]
