"""Invariants 5, 7, 9: that keys, factors, officers and decisions came by their verbs."""

from audit.invariants.question import EVERYTHING, Question

# Events of factors are recorded since then; a factor of before may have none.
SINCE = """
    (SELECT max(applied) FROM django_migrations
        WHERE app = 'registry' AND name LIKE '%%sessions_of_a_person_end')
"""
# By the machine's clock, as `created_at` is, and not by the portal's: from the uuid of version 7.
MADE_AT = """
    to_timestamp(('x' || left(replace(event.uuid::text, '-', ''), 12))::bit(48)::bigint / 1000.0)
"""

OWN = (
    Question(
        9,
        "every key is whose it was when it was made",
        EVERYTHING,
        """
        SELECT 'key ' || key.id FROM registry_apikey key
        LEFT JOIN registry_event made ON made.subject_kind = 'apikey'
            AND made.subject_id = key.id AND made.kind = 'api_key.issued'
        WHERE made.id IS NULL OR made.jurisdiction_id <> key.jurisdiction_id
            OR made.organizations <> array_remove(ARRAY[key.organization_id], NULL)
            OR made.data ->> 'prefix' <> key.prefix
        """,
    ),
    Question(
        9,
        "a key is revoked where an event says so",
        EVERYTHING,
        """
        SELECT 'key ' || key.id FROM registry_apikey key
        WHERE (key.revoked_at IS NOT NULL) <> EXISTS (SELECT FROM registry_event
            WHERE subject_kind = 'apikey' AND subject_id = key.id AND kind = 'api_key.revoked')
        """,
    ),
    Question(
        9,
        "every second factor has its event",
        EVERYTHING,
        f"""
        SELECT 'factor ' || factor.id FROM mfa_authenticator factor
        WHERE factor.type IN ('totp', 'webauthn') AND factor.created_at > {SINCE}
            AND NOT EXISTS (SELECT FROM registry_event event
                WHERE event.subject_kind = 'user' AND event.subject_id = factor.user_id
                    AND event.kind IN ('factor.added', 'factor.replaced')
                    AND event.data ->> 'factor' = factor.type
                    AND abs(extract(epoch FROM {MADE_AT} - factor.created_at)) < 60)
        """,
    ),
    Question(
        9,
        "a violation is accepted by resuming",
        EVERYTHING,
        """
        SELECT 'violation ' || row.id FROM audit_violation row
        WHERE row.accepted_at IS NOT NULL AND NOT EXISTS (SELECT FROM registry_event
            WHERE subject_kind = 'jurisdiction' AND kind = 'issuing.resumed'
                AND at = row.accepted_at)
        """,
    ),
    # The operator's command makes the first two.
    Question(
        7,
        "officers are invited by officers, once there are two",
        EVERYTHING,
        """
        SELECT 'invitation ' || late.id FROM registry_invitation late
        WHERE late.role = 'officer' AND late.accepted_at IS NOT NULL
            AND num_nonnulls(late.invited_by_id, late.invited_key_id, late.proposal_id) = 0
            AND (SELECT count(*) FROM registry_membership officer
                JOIN registry_invitation earlier ON earlier.id = officer.invitation_id
                WHERE officer.jurisdiction_id = late.jurisdiction_id
                    AND officer.role = 'officer' AND earlier.accepted_at < late.created_at
                    AND (officer.ended_at IS NULL OR officer.ended_at > late.created_at)) >= 2
        """,
    ),
    Question(
        5,
        "every live code has the duty to end it",
        "authorization",
        """
        SELECT row.id FROM {rows} row
        WHERE row.status IN ('pending', 'issued')
            AND NOT EXISTS (SELECT FROM authorizations_duty duty
                WHERE duty.authorization_id = row.id AND duty.reason = 'end'
                    AND duty.due_at <= coalesce(row.valid_until, row.decide_by)
                        + interval '1 minute')
            AND NOT EXISTS (SELECT FROM oversight_evaluation evaluated
                WHERE evaluated.authorization_id = row.id
                    AND evaluated.evaluated_at >= coalesce(row.valid_until, row.decide_by))
        """,
    ),
)
