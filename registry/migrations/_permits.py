"""Permits since a first one takes two people: their guards, and how what waited was carried over."""

from django.db.migrations import RunSQL

from database.guards import always, keep_columns

PERMIT_IS_REPLACED = """
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) <> ('in_force', 'replaced') THEN
        RAISE EXCEPTION 'a permit does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
# The twin of registry/operations/permits.py: what is first or looser has its approved proposal.
PERMIT_TAKES_TWO = """
DECLARE
    previous registry_permit;
    times integer;
    loosens boolean;
BEGIN
    IF NEW.entered_by_one OR NEW.state <> 'in_force' THEN
        RAISE EXCEPTION 'a permit begins in force, and by two where it loosens'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    loosens := NOT EXISTS (
        SELECT FROM registry_permit one
        JOIN registry_license license ON license.id = one.license_id
        JOIN registry_jurisdiction home ON home.id = license.jurisdiction_id
        WHERE one.organization_id = NEW.organization_id AND one.precursor_id = NEW.precursor_id
            AND one.activity = NEW.activity AND (license.id = NEW.license_id
                OR one.state = 'in_force' AND license.standing = 'in_force'
                    AND license.valid_to >= (now() AT TIME ZONE home.time_zone)::date));
    FOR previous IN
        SELECT * FROM registry_permit
        WHERE license_id = NEW.license_id AND precursor_id = NEW.precursor_id
            AND activity = NEW.activity AND state = 'in_force'
        UNION
        (SELECT * FROM registry_permit
        WHERE organization_id = NEW.organization_id AND precursor_id = NEW.precursor_id
            AND activity = NEW.activity
        ORDER BY coalesce(decided_at, created_at) DESC, id DESC LIMIT 1)
    LOOP
        times := greatest(1,
            (CASE previous.period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END)
            / (CASE NEW.period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END));
        loosens := loosens OR NEW.limit_kg * times > previous.limit_kg
            OR coalesce(NEW.automatic_limit_kg, 0) > coalesce(previous.automatic_limit_kg, 0);
    END LOOP;
    IF loosens AND NOT EXISTS (
        SELECT FROM registry_proposal agreed
        JOIN precursors_precursor precursor ON precursor.id = NEW.precursor_id
        WHERE agreed.id = NEW.proposal_id AND agreed.state = 'approved'
            AND agreed.act = 'permit.grant' AND agreed.subject_kind = 'license'
            AND agreed.subject_id = NEW.license_id
            AND agreed.terms ->> 'precursor' = precursor.code
            AND agreed.terms ->> 'activity' = NEW.activity
            AND agreed.terms ->> 'period' = NEW.period
            AND (agreed.terms ->> 'limit_kg')::numeric = NEW.limit_kg
            AND (agreed.terms ->> 'automatic_limit_kg')::numeric
                IS NOT DISTINCT FROM NEW.automatic_limit_kg)
    THEN
        RAISE EXCEPTION 'a first permit, and a looser one, takes two officers'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
PERMIT_COLUMNS_BEFORE = (
    "uuid",
    "jurisdiction_id",
    "license_id",
    "organization_id",
    "precursor_id",
    "activity",
    "period",
    "limit_kg",
    "automatic_limit_kg",
    "limit_value",
    "limit_unit",
    "automatic_limit_value",
    "automatic_limit_unit",
    "created_at",
    "proposed_by_id",
    "proposed_key_id",
    "raises_limit",
)
PERMIT_COLUMNS = (
    *PERMIT_COLUMNS_BEFORE,
    "decided_at",
    "approved_by_id",
    "proposal_id",
    "entered_by_one",
)
# Proposals of permits, with the number by which they were known, and who decided on them.
TOLD = """jsonb_build_object(
    'license', license.number, 'precursor', precursor.code, 'activity', {0}.activity,
    'period', {0}.period, 'limit_unit', {0}.limit_unit,
    'automatic_limit_unit', {0}.automatic_limit_unit,
    'limit_kg', trim_scale({0}.limit_kg)::text,
    'automatic_limit_kg', trim_scale({0}.automatic_limit_kg)::text,
    'limit_value', trim_scale({0}.limit_value)::text,
    'automatic_limit_value', trim_scale({0}.automatic_limit_value)::text)"""
PERMITS_BECOME_PROPOSALS = f"""
SET CONSTRAINTS ALL IMMEDIATE;
ALTER TABLE registry_proposal DISABLE TRIGGER decided_by_another;
ALTER TABLE registry_permit DISABLE TRIGGER rows_are_kept;
INSERT INTO registry_proposal (uuid, jurisdiction_id, act, subject_kind, subject_id, about,
    organization_id, terms, before, reason, proposed_at, proposed_by_id, proposed_key_id,
    sponsor_id, expires_at, state, decided_at, decided_by_id, note)
SELECT permit.uuid, permit.jurisdiction_id, 'permit.grant', 'license', permit.license_id,
    precursor.code || ' ' || permit.activity, permit.organization_id,
    {TOLD.format("permit")},
    CASE WHEN before.id IS NULL THEN '{{}}'::jsonb ELSE {TOLD.format("before")} END,
    '', permit.created_at, permit.proposed_by_id, permit.proposed_key_id, permit.proposed_by_id,
    greatest(permit.created_at, now()) + interval '7 days',
    CASE permit.state WHEN 'proposed' THEN 'proposed' WHEN 'refused' THEN 'refused'
        ELSE 'approved' END,
    CASE WHEN permit.state <> 'proposed' THEN coalesce(permit.decided_at, permit.created_at) END,
    permit.approved_by_id, ''
FROM registry_permit permit
JOIN registry_license license ON license.id = permit.license_id
JOIN precursors_precursor precursor ON precursor.id = permit.precursor_id
LEFT JOIN registry_permit before ON permit.state = 'proposed' AND before.state = 'in_force'
    AND before.license_id = permit.license_id AND before.precursor_id = permit.precursor_id
    AND before.activity = permit.activity
WHERE permit.state IN ('proposed', 'refused') OR permit.raises_limit
ORDER BY permit.id;
DELETE FROM registry_permit WHERE state IN ('proposed', 'refused');
UPDATE registry_permit permit SET proposal_id = proposal.id
FROM registry_proposal proposal WHERE proposal.uuid = permit.uuid;
UPDATE registry_permit SET entered_by_one = true WHERE proposal_id IS NULL;
ALTER TABLE registry_proposal ENABLE ALWAYS TRIGGER decided_by_another;
ALTER TABLE registry_permit ENABLE ALWAYS TRIGGER rows_are_kept;
"""
PERMITS_TAKE_TWO = [
    RunSQL(
        "DROP TRIGGER moves_ahead ON registry_permit; DROP FUNCTION registry_permit_moves_ahead();"
        "DROP TRIGGER tells_a_raise ON registry_permit;"
        "DROP FUNCTION registry_permit_tells_a_raise();",
        RunSQL.noop,
    ),
    always("registry_permit", "moves_ahead", "BEFORE UPDATE", PERMIT_IS_REPLACED),
    always("registry_permit", "takes_two", "BEFORE INSERT", PERMIT_TAKES_TWO),
    keep_columns("registry_permit", PERMIT_COLUMNS, instead_of=PERMIT_COLUMNS_BEFORE),
]
