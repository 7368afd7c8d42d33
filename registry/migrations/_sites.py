"""Sites since more storage is a proposal: their guards, and what waited before."""

from django.db.migrations import RunSQL

from database.guards import always, append_only

# More storage than before, by an amendment of exactly that, or by one more site.
SITE_IS_LOOSENED_BY_TWO = """
BEGIN
    IF TG_OP = 'UPDATE' AND (
        OLD.storage_limit_kg IS NULL OR NEW.storage_limit_kg <= OLD.storage_limit_kg)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM registry_amendment amendment
        JOIN registry_proposal agreed ON agreed.id = amendment.proposal_id
        WHERE amendment.site_id = NEW.id AND amendment.decided_at >= (
                SELECT max(decided_at) FROM registry_amendment WHERE site_id = NEW.id)
            AND agreed.state = 'approved' AND agreed.act = 'site.amend'
            AND agreed.subject_kind = 'site' AND agreed.subject_id = NEW.id
            AND agreed.terms ? 'storage_limit_kg'
            AND (agreed.terms ->> 'storage_limit_kg')::numeric
                IS NOT DISTINCT FROM NEW.storage_limit_kg)
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'INSERT' AND (NOT EXISTS (
            SELECT FROM registry_site WHERE organization_id = NEW.organization_id
                AND storage_limit_kg IS NOT NULL)
        OR EXISTS (
            SELECT FROM registry_proposal agreed
            WHERE agreed.id = NEW.proposal_id AND agreed.state = 'approved'
                AND agreed.act = 'site.add' AND agreed.subject_kind = 'organization'
                AND agreed.subject_id = NEW.organization_id
                AND agreed.terms ->> 'name' = NEW.name
                AND agreed.terms ->> 'address' = NEW.address
                AND (agreed.terms ->> 'storage_limit_kg')::numeric
                    IS NOT DISTINCT FROM NEW.storage_limit_kg))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'more storage takes two officers'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""
AMENDMENTS_BECOME_PROPOSALS = """
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE registry_proposal DISABLE TRIGGER decided_by_another;
ALTER TABLE registry_amendment DISABLE TRIGGER rows_are_kept;
ALTER TABLE registry_amendment DISABLE TRIGGER decided_once;
INSERT INTO registry_proposal (uuid, jurisdiction_id, act, subject_kind, subject_id, about,
    organization_id, terms, before, reason, proposed_at, proposed_by_id, proposed_key_id,
    sponsor_id, expires_at, state, decided_at, decided_by_id, note)
SELECT uuid, jurisdiction_id, 'site.amend', 'site', site_id, '', organization_id, after, before,
    reason, proposed_at, proposed_by_id, proposed_key_id, proposed_by_id,
    greatest(proposed_at, now()) + interval '7 days',
    CASE state WHEN 'in_force' THEN 'approved' ELSE state END, decided_at, approved_by_id, ''
FROM registry_amendment WHERE loosens ORDER BY id;
DELETE FROM registry_amendment WHERE state <> 'in_force';
UPDATE registry_amendment amendment SET proposal_id = proposal.id
FROM registry_proposal proposal WHERE proposal.uuid = amendment.uuid;
ALTER TABLE registry_proposal ENABLE ALWAYS TRIGGER decided_by_another;
ALTER TABLE registry_amendment ENABLE ALWAYS TRIGGER rows_are_kept;
ALTER TABLE registry_amendment ENABLE ALWAYS TRIGGER decided_once;
"""
SITES_TAKE_TWO = [
    RunSQL(
        "DROP TRIGGER loosened_by_two ON registry_site;"
        "DROP FUNCTION registry_site_loosened_by_two();",
        RunSQL.noop,
    ),
    always("registry_site", "loosened_by_two", "BEFORE INSERT OR UPDATE", SITE_IS_LOOSENED_BY_TWO),
    RunSQL(
        "DROP TRIGGER columns_are_kept ON registry_amendment;"
        "DROP TRIGGER rows_are_kept ON registry_amendment;"
        "DROP TRIGGER table_is_kept ON registry_amendment;",
        RunSQL.noop,
    ),
    append_only("registry_amendment"),
]
