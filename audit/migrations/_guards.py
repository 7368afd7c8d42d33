"""What was found wrong stays found, until two people resume in spite of it."""

from django.db.migrations import RunSQL

from database.guards import always, at_commit, change_body, frozen, keep_columns, refuse

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

NAMED_IS_ACCEPTED = f"""
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.accepted_at IS NOT NULL THEN
        {refuse("what was accepted stays so")}
    END IF;
    IF NOT EXISTS (SELECT FROM registry_proposal agreed
        WHERE agreed.id = NEW.resuming_id AND agreed.terms -> 'violations' @> to_jsonb(NEW.id)
            AND portal_approved(agreed.id, 'issuing.resume', 'jurisdiction', agreed.subject_id))
        OR NOT EXISTS (SELECT FROM registry_event
            WHERE subject_kind = 'jurisdiction' AND kind = 'issuing.resumed'
                AND subject_id IN (SELECT id FROM registry_jurisdiction)
                AND transaction = pg_current_xact_id()::text::bigint)
    THEN
        {refuse("a violation is accepted by two who resume the issue of codes")}
    END IF;
    RETURN NULL;
END
"""
ACCEPTANCE_STAYS = f"""
BEGIN
    IF OLD.accepted_at IS NOT NULL AND (OLD.accepted_at, OLD.resuming_id)
        IS DISTINCT FROM (NEW.accepted_at, NEW.resuming_id)
    THEN
        {refuse("what was accepted stays so")}
    END IF;
    RETURN NEW;
END
"""
# An authority's approval resumes its sandboxes too. A halt that was dated back would be ended by
# an approval of before.
HALT_ENDS_BY_TWO = f"""
BEGIN
    IF NEW.issuing_halted_at IS NOT DISTINCT FROM OLD.issuing_halted_at THEN
        RETURN NEW;
    END IF;
    IF OLD.issuing_halted_at IS NULL AND NEW.issuing_halted_at >= coalesce(
        (SELECT max(decided_at) FROM registry_proposal
            WHERE act = 'issuing.resume' AND state = 'approved'), '-infinity')
    THEN
        RETURN NEW;
    END IF;
    IF NEW.issuing_halted_at IS NULL AND EXISTS (
        SELECT FROM registry_proposal agreed
        JOIN registry_jurisdiction authority ON authority.id = agreed.subject_id
        WHERE agreed.act = 'issuing.resume' AND agreed.decided_at >= OLD.issuing_halted_at
            AND portal_approved(agreed.id, 'issuing.resume', 'jurisdiction', authority.id)
            AND (authority.id = OLD.id OR OLD.is_test AND NOT authority.is_test
                AND authority.country = OLD.country))
    THEN
        RETURN NEW;
    END IF;
    {refuse("the issue of codes is resumed by two people")}
END
"""
KEPT = ("number", "invariant", "subject", "found_at")
# Run before the guards of acceptance: what was accepted until now, one alone accepted.
ACCEPTED_UNTIL_NOW = RunSQL(
    "UPDATE audit_violation SET accepted_by_one = true WHERE accepted_at IS NOT NULL",
    RunSQL.noop,
)
RESUMING_TAKES_TWO = [
    keep_columns("audit_violation", (*KEPT, "accepted_by_one"), instead_of=KEPT),
    *(
        change_body("audit_violation", name, NAMED_IS_ACCEPTED, instead_of=RESUMING_ACCEPTS)
        for name in ("is_not_born_accepted", "is_accepted_once")
    ),
    always("audit_violation", "acceptance_stays", "BEFORE UPDATE", ACCEPTANCE_STAYS),
    always("registry_jurisdiction", "resumed_by_two", "BEFORE UPDATE", HALT_ENDS_BY_TWO),
]
