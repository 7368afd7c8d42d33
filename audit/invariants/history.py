"""Invariants 7 to 9: who ended what, what may happen once, and that everything left its event."""

from audit.invariants.question import EVERYTHING, Question

ENDED = "('explained', 'dismissed', 'confirmed')"
STEPS = "oversight_flagstep"

OWN = (
    Question(
        7,
        "a flag’s steps have no gap",
        "flag",
        f"""
        SELECT row.id FROM {{rows}} row CROSS JOIN LATERAL (
            SELECT count(*) AS number, max(sequence) AS last, min(sequence) AS first
            FROM {STEPS} WHERE flag_id = row.id) steps
        WHERE (number, last, first) IS DISTINCT FROM (row.steps_count::bigint, row.steps_count, 1)
        """,
    ),
    Question(
        7,
        "a flag’s state is its last step’s",
        "flag",
        f"""
        SELECT row.id FROM {{rows}} row WHERE row.state IS DISTINCT FROM (
            SELECT state FROM {STEPS} WHERE flag_id = row.id ORDER BY sequence DESC LIMIT 1)
        """,
    ),
    # By the steps, not by the columns that a constraint of the table looks at.
    Question(
        7,
        "two ended each high flag, the second a person",
        "flag",
        f"""
        SELECT row.id FROM {{rows}} row
        LEFT JOIN LATERAL (SELECT user_id, sequence FROM {STEPS}
            WHERE flag_id = row.id AND kind IN ('agreed', 'overruled')
            ORDER BY sequence DESC LIMIT 1) ended ON true
        LEFT JOIN LATERAL (SELECT user_id, api_key_id FROM {STEPS}
            WHERE flag_id = row.id AND kind = 'proposed' AND sequence < ended.sequence
                AND sequence > (SELECT max(sequence) FROM {STEPS}
                    WHERE flag_id = row.id AND kind IN ('raised', 'reopened'))
            ORDER BY sequence DESC LIMIT 1) proposed ON true
        WHERE row.severity = 'high' AND row.state IN {ENDED}
            AND (ended.user_id IS NULL OR row.decided_by_id IS DISTINCT FROM ended.user_id
                OR num_nonnulls(proposed.user_id, proposed.api_key_id) IS DISTINCT FROM 1
                OR proposed.user_id = ended.user_id)
        """,
    ),
    Question(
        8,
        "a sale is the code’s own seller’s",
        "sale",
        """
        SELECT row.id FROM {rows} row
        JOIN authorizations_authorization code ON code.id = row.authorization_id
        WHERE row.seller_id <> code.seller_id OR row.buyer_id <> code.buyer_id
        """,
    ),
    Question(
        8,
        "no code twice",
        "authorization",
        """
        SELECT row.id FROM {rows} row WHERE EXISTS (SELECT FROM authorizations_authorization other
            WHERE other.code = row.code AND other.id <> row.id)
        """,
    ),
    Question(
        8,
        "no sale is replaced twice",
        "sale",
        """
        SELECT row.id FROM {rows} row WHERE EXISTS (SELECT FROM authorizations_sale other
            WHERE other.replaces_id = row.replaces_id AND other.id <> row.id)
        """,
    ),
    Question(
        8,
        "a correction replaces a report of its own sale",
        "sale",
        """
        SELECT row.id FROM {rows} row JOIN authorizations_sale old ON old.id = row.replaces_id
        WHERE (row.authorization_id, row.root_id)
            IS DISTINCT FROM (old.authorization_id, coalesce(old.root_id, old.id))
        """,
    ),
    Question(
        9,
        "the events of a subject have no gap",
        "event",
        """
        SELECT min(event.id)
        FROM (SELECT DISTINCT subject_kind, subject_id FROM {rows} row) subject
        JOIN registry_event event USING (subject_kind, subject_id)
        GROUP BY subject_kind, subject_id
        HAVING (count(*), count(DISTINCT sequence), min(sequence))
            <> (max(sequence), max(sequence), 1)
        """,
    ),
    # The request makes version 1, with the event of its issue where no officer was asked.
    Question(
        9,
        "every change of an authorization has its event",
        "authorization",
        """
        SELECT row.id FROM {rows} row
        WHERE row.version - 1 <> (SELECT count(*) FROM registry_event
            WHERE subject_kind = 'authorization' AND subject_id = row.id
                AND kind NOT IN ('authorization.requested', 'authorization.looked_up',
                    'authorization.without_code')
                AND (kind <> 'authorization.issued' OR num_nonnulls(user_id, api_key_id) = 1))
        """,
    ),
    Question(
        9,
        "every state has its event",
        "authorization",
        """
        SELECT row.id FROM {rows} row
        WHERE row.status IN ('issued', 'refused', 'cancelled', 'revoked', 'expired')
            AND NOT EXISTS (SELECT FROM registry_event WHERE subject_kind = 'authorization'
                AND subject_id = row.id AND kind = 'authorization.' || row.status)
        """,
    ),
    Question(
        9,
        "every step of a flag has its event",
        "flag",
        f"""
        SELECT row.id FROM {{rows}} row WHERE EXISTS (
            SELECT FROM (SELECT kind, count(*) AS number FROM {STEPS}
                WHERE flag_id = row.id GROUP BY 1) step
            WHERE number <> (SELECT count(*) FROM registry_event
                WHERE subject_kind = 'flag' AND subject_id = row.id
                    AND kind = 'flag.' || step.kind))
        """,
    ),
    Question(
        9,
        "every change of a license has its step and its event",
        EVERYTHING,
        """
        SELECT 'license ' || license.id FROM registry_license license
        CROSS JOIN LATERAL (SELECT count(*) AS number, max(sequence) AS last
            FROM registry_licensestep WHERE license_id = license.id) steps
        WHERE steps.number <> steps.last OR license.standing IS DISTINCT FROM (
            SELECT standing FROM registry_licensestep WHERE license_id = license.id
            ORDER BY sequence DESC LIMIT 1)
        OR steps.number <> (SELECT count(*) FROM registry_event
            WHERE subject_kind = 'license' AND subject_id = license.id AND kind IN (
                'license.granted', 'license.suspended', 'license.reinstated', 'license.revoked'))
        """,
    ),
)
