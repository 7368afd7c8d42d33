"""What was found wrong stays found, until an operator resumes in spite of it."""

from database.guards import at_commit, frozen, refuse

# Resuming the issue of codes accepts what is broken, and leaves its event in the same transaction.
RESUMING_ACCEPTS = f"""
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.accepted_at IS NOT NULL THEN
        {refuse("what was accepted stays so")}
    END IF;
    IF NOT EXISTS (SELECT FROM registry_event
        WHERE subject_kind = 'jurisdiction' AND kind = 'issuing.resumed'
            AND subject_id IN (SELECT id FROM registry_jurisdiction)
            AND transaction = pg_current_xact_id()::text::bigint)
    THEN
        {refuse("a violation is accepted by resuming the issue of codes")}
    END IF;
    RETURN NULL;
END
"""
ACCEPTED = "NEW.accepted_at IS NOT NULL"
CHANGED = "OLD.accepted_at IS DISTINCT FROM NEW.accepted_at"
GUARDS = [
    frozen("audit_violation", "number", "invariant", "subject", "found_at"),
    at_commit(
        "audit_violation", "is_not_born_accepted", "AFTER INSERT", RESUMING_ACCEPTS, ACCEPTED
    ),
    at_commit("audit_violation", "is_accepted_once", "AFTER UPDATE", RESUMING_ACCEPTS, CHANGED),
]
