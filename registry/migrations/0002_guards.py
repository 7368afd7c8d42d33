"""What the register has recorded stays as it was, and loosening takes two, in SQL too."""

from django.db import migrations

from database.guards import always, append_only, frozen

STANDING_IS_DECIDED = """
BEGIN
    IF OLD.standing = NEW.standing THEN RETURN NEW; END IF;
    IF OLD.standing = 'revoked' THEN
        RAISE EXCEPTION 'a revoked license stays revoked'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.standing = 'in_force' AND NOT EXISTS (
        SELECT FROM registry_reinstatement
        WHERE license_id = NEW.id AND approved_at >= (
            SELECT max(at) FROM registry_licensestep WHERE license_id = NEW.id))
    THEN
        RAISE EXCEPTION 'a license is reinstated by two officers'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
REINSTATEMENT_IS_DECIDED_ONCE = """
BEGIN
    IF OLD.approved_at IS NOT NULL OR OLD.withdrawn_at IS NOT NULL THEN
        RAISE EXCEPTION 'this reinstatement has already been decided'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
PERMIT_MOVES_AHEAD = """
BEGIN
    IF OLD.state <> NEW.state AND (OLD.state, NEW.state) NOT IN (
        ('proposed', 'in_force'), ('proposed', 'refused'), ('in_force', 'replaced'))
    THEN
        RAISE EXCEPTION 'a permit does not go from % to %', OLD.state, NEW.state
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
# The twin of registry.rules.is_looser: what it calls a raise cannot be written without saying so.
PERMIT_TELLS_A_RAISE = """
DECLARE
    previous registry_permit;
    times integer;
BEGIN
    IF NEW.raises_limit OR NEW.state = 'refused' THEN RETURN NEW; END IF;
    FOR previous IN
        SELECT * FROM registry_permit
        WHERE license_id = NEW.license_id AND precursor_id = NEW.precursor_id
            AND activity = NEW.activity AND state = 'in_force'
        UNION
        (SELECT * FROM registry_permit
        WHERE organization_id = NEW.organization_id AND precursor_id = NEW.precursor_id
            AND activity = NEW.activity AND state IN ('in_force', 'replaced')
        ORDER BY coalesce(decided_at, created_at) DESC, id DESC LIMIT 1)
    LOOP
        times := greatest(1,
            (CASE previous.period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END)
            / (CASE NEW.period WHEN 'month' THEN 1 WHEN 'quarter' THEN 3 ELSE 12 END));
        IF NEW.limit_kg * times > previous.limit_kg
            OR coalesce(NEW.automatic_limit_kg, 0) > coalesce(previous.automatic_limit_kg, 0)
        THEN
            RAISE EXCEPTION 'raising a limit takes two officers'
                USING ERRCODE = 'integrity_constraint_violation';
        END IF;
    END LOOP;
    RETURN NEW;
END
"""


class Migration(migrations.Migration):
    dependencies = [("registry", "0001_register")]

    operations = [
        append_only("registry_event"),
        append_only("registry_licensestep"),
        frozen(
            "registry_license",
            "uuid",
            "jurisdiction_id",
            "organization_id",
            "number",
            "valid_from",
            "valid_to",
            "created_at",
        ),
        always("registry_license", "standing_is_decided", "BEFORE UPDATE", STANDING_IS_DECIDED),
        frozen(
            "registry_reinstatement",
            "uuid",
            "license_id",
            "reason",
            "proposed_at",
            "proposed_by_id",
            "proposed_key_id",
        ),
        always(
            "registry_reinstatement",
            "decided_once",
            "BEFORE UPDATE",
            REINSTATEMENT_IS_DECIDED_ONCE,
        ),
        frozen(
            "registry_permit",
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
        ),
        always("registry_permit", "moves_ahead", "BEFORE UPDATE", PERMIT_MOVES_AHEAD),
        always("registry_permit", "tells_a_raise", "BEFORE INSERT", PERMIT_TELLS_A_RAISE),
    ]
