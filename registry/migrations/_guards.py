"""Triggers: what the register has recorded stays as it was, and loosening takes two."""

from django.db.migrations import RunSQL

from database.guards import always, append_only, change_body, frozen, refuse
from database.row_security import (
    ANY_FIRM,
    FUNCTION,
    NOBODY,
    OWN,
    REPLACED_FUNCTION,
    close,
    insertable_by_all,
    show_to_firm,
)

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
PRODUCT_PROPOSAL_IS_DECIDED_ONCE = """
BEGIN
    IF OLD.approved_at IS NOT NULL OR OLD.refused_at IS NOT NULL THEN
        RAISE EXCEPTION 'this proposal has already been decided'
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
# The twin of registry.permit_terms.is_looser: a looser permit must be marked `raises_limit`.
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
INVITATION_IS_DECIDED_ONCE = """
BEGIN
    IF OLD.token_hash IS NOT NULL AND NEW.token_hash IS DISTINCT FROM OLD.token_hash
        OR OLD.accepted_at IS NOT NULL AND NEW.accepted_at IS DISTINCT FROM OLD.accepted_at
        OR OLD.withdrawn_at IS NOT NULL AND NEW.withdrawn_at IS DISTINCT FROM OLD.withdrawn_at
        OR OLD.approved_at IS NOT NULL
            AND (NEW.approved_at, NEW.approved_by_id)
                IS DISTINCT FROM (OLD.approved_at, OLD.approved_by_id)
    THEN
        RAISE EXCEPTION 'this invitation has already been decided'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
OFFICER_IS_INVITED = """
BEGIN
    IF NEW.role = 'officer' AND NOT EXISTS (
        SELECT FROM registry_invitation invitation
        JOIN registry_user invited ON invited.email = invitation.email
        WHERE invitation.id = NEW.invitation_id AND invited.id = NEW.user_id
            AND invitation.jurisdiction_id = NEW.jurisdiction_id
            AND invitation.role = 'officer' AND invitation.accepted_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'an officer comes by an accepted invitation'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
WHO_LEFT_IS_INVITED_AGAIN = """
BEGIN
    IF OLD.ended_at IS NOT NULL AND NEW.ended_at IS DISTINCT FROM OLD.ended_at THEN
        RAISE EXCEPTION 'a membership that has ended does not begin again'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

RECOVERY_IS_ASKED_BY_WHO_MAY = """
BEGIN
    IF NEW.proposal_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM registry_proposal proposal
            JOIN registry_membership member ON member.id = proposal.subject_id
            WHERE proposal.id = NEW.proposal_id AND proposal.state = 'approved'
                AND proposal.act = 'recover_factors' AND member.user_id = NEW.user_id)
        OR NEW.proposal_id IS NULL AND NEW.asked_by_id IS NOT NULL AND NOT EXISTS (
            SELECT FROM registry_membership manager
            JOIN registry_membership member USING (organization_id)
            WHERE manager.user_id = NEW.asked_by_id AND manager.role = 'manager'
                AND manager.ended_at IS NULL
                AND member.user_id = NEW.user_id AND member.ended_at IS NULL)
    THEN
        RAISE EXCEPTION 'a recovery is asked for by a manager, or by two officers'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
RETIRED_STAYS_SO = """
BEGIN
    IF OLD.retired_at IS NOT NULL AND NEW.retired_at IS DISTINCT FROM OLD.retired_at THEN
        RAISE EXCEPTION 'what was retired stays so' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
SITE_IS_LOOSENED_BY_TWO = """
BEGIN
    IF OLD.storage_limit_kg IS NULL OR NEW.storage_limit_kg <= OLD.storage_limit_kg THEN
        RETURN NEW;
    END IF;
    IF NOT EXISTS (
        SELECT FROM registry_amendment
        WHERE site_id = NEW.id AND loosens AND state = 'in_force' AND decided_at >= (
                SELECT max(decided_at) FROM registry_amendment
                WHERE site_id = NEW.id AND state = 'in_force')
            AND (after ->> 'storage_limit_kg')::numeric
                IS NOT DISTINCT FROM NEW.storage_limit_kg)
    THEN
        RAISE EXCEPTION 'a larger storage limit takes two officers'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
AMENDMENT_IS_DECIDED_ONCE = """
BEGIN
    IF OLD.decided_at IS NOT NULL AND (NEW.state, NEW.decided_at, NEW.approved_by_id)
        IS DISTINCT FROM (OLD.state, OLD.decided_at, OLD.approved_by_id)
    THEN
        RAISE EXCEPTION 'this amendment has already been decided'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""

GUARDS_OF_AMENDMENTS = [
    frozen(
        "registry_amendment",
        "uuid",
        "jurisdiction_id",
        "organization_id",
        "site_id",
        "vehicle_id",
        "driver_id",
        "before",
        "after",
        "retires",
        "reason",
        "loosens",
        "proposed_at",
        "proposed_by_id",
        "proposed_key_id",
    ),
    always("registry_amendment", "decided_once", "BEFORE UPDATE", AMENDMENT_IS_DECIDED_ONCE),
    always("registry_site", "loosened_by_two", "BEFORE UPDATE", SITE_IS_LOOSENED_BY_TWO),
    *(
        always(f"registry_{kind}", "stays_retired", "BEFORE UPDATE", RETIRED_STAYS_SO)
        for kind in ("site", "vehicle", "driver")
    ),
]
GUARDS_OF_RECOVERIES = [
    frozen(
        "registry_recovery",
        "uuid",
        "jurisdiction_id",
        "user_id",
        "proposal_id",
        "asked_by_id",
        "reason",
        "asked_at",
        "due_at",
    ),
    always("registry_recovery", "asked_by_who_may", "BEFORE INSERT", RECOVERY_IS_ASKED_BY_WHO_MAY),
]
GUARDS = [
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
    frozen(
        "registry_invitation",
        "uuid",
        "jurisdiction_id",
        "organization_id",
        "email",
        "role",
        "created_at",
        "invited_by_id",
        "invited_key_id",
    ),
    always("registry_invitation", "decided_once", "BEFORE UPDATE", INVITATION_IS_DECIDED_ONCE),
    frozen(
        "registry_membership",
        "jurisdiction_id",
        "user_id",
        "organization_id",
        "role",
        "invitation_id",
    ),
    always("registry_membership", "officer_is_invited", "BEFORE INSERT", OFFICER_IS_INVITED),
    always("registry_membership", "stays_ended", "BEFORE UPDATE", WHO_LEFT_IS_INVITED_AGAIN),
    FUNCTION,
    insertable_by_all("registry_event", "portal_firm() = ANY (organizations)"),
]
# Of a table that came later (0002_product_proposals).
PRODUCT_GUARDS = [
    frozen(
        "registry_productproposal",
        "uuid",
        "jurisdiction_id",
        "product_id",
        "name",
        "concentration_percent",
        "density_kg_per_l",
        "counts_whole",
        "oleum",
        "effective_from",
        "proposed_at",
        "proposed_by_id",
        "proposed_key_id",
    ),
    always(
        "registry_productproposal",
        "decided_once",
        "BEFORE UPDATE",
        PRODUCT_PROPOSAL_IS_DECIDED_ONCE,
    ),
]

PROPOSAL_IS_DECIDED_ONCE = """
BEGIN
    IF OLD.state <> 'proposed' THEN
        RAISE EXCEPTION 'this proposal has already been decided'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
# By an officer whom its first person did not invite, or by a key with a standing decision.
PROPOSAL_IS_DECIDED_BY_ANOTHER = """
BEGIN
    IF NEW.state = 'proposed' OR TG_OP = 'UPDATE' AND NEW.state <> 'approved' THEN
        RETURN NEW;
    END IF;
    IF NEW.state = 'approved' AND NEW.decided_key_id IS NOT NULL AND EXISTS (
        SELECT FROM registry_apikey key
        WHERE key.id = NEW.decided_key_id AND key.jurisdiction_id = NEW.jurisdiction_id
            AND key.organization_id IS NULL AND key.revoked_at IS NULL
            AND 'registry:grant' = ANY (key.scopes))
    THEN
        RETURN NEW;
    END IF;
    IF TG_OP = 'UPDATE' AND EXISTS (
        SELECT FROM registry_membership member
        LEFT JOIN registry_invitation invitation ON invitation.id = member.invitation_id
        LEFT JOIN registry_apikey key ON key.id = invitation.invited_key_id
        WHERE member.user_id = NEW.decided_by_id AND member.ended_at IS NULL
            AND member.jurisdiction_id = NEW.jurisdiction_id AND member.role = 'officer'
            AND (NEW.sponsor_id IS NULL
                OR coalesce(invitation.invited_by_id, key.sponsor_id) IS DISTINCT FROM
                    NEW.sponsor_id))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a proposal is decided by another officer'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""
# Whether a row that takes two people has its approval: for the guards of those rows.
APPROVED = RunSQL(
    """
    CREATE FUNCTION portal_approved(
        proposal bigint, wanted text, subject_kind text, subject bigint
    ) RETURNS boolean LANGUAGE sql STABLE AS $$
        SELECT EXISTS (
            SELECT FROM registry_proposal approved
            WHERE approved.id = $1 AND approved.act = $2 AND approved.subject_kind = $3
                AND approved.subject_id = $4 AND approved.state = 'approved')
    $$;
    """,
    "DROP FUNCTION portal_approved(bigint, text, text, bigint);",
)
GUARDS_OF_PROPOSALS = [
    frozen(
        "registry_proposal",
        "uuid",
        "jurisdiction_id",
        "act",
        "subject_kind",
        "subject_id",
        "about",
        "organization_id",
        "terms",
        "before",
        "reason",
        "proposed_at",
        "proposed_by_id",
        "proposed_key_id",
        "sponsor_id",
        "expires_at",
    ),
    always(
        "registry_proposal",
        "decided_by_another",
        "BEFORE INSERT OR UPDATE",
        PROPOSAL_IS_DECIDED_BY_ANOTHER,
    ),
    always("registry_proposal", "decided_once", "BEFORE UPDATE", PROPOSAL_IS_DECIDED_ONCE),
    APPROVED,
]

OPERATOR_IS_MADE_BY_THE_OWNER = f"""
BEGIN
    IF NEW.is_superuser AND (TG_OP = 'INSERT' OR NOT OLD.is_superuser)
        AND NOT pg_has_role(current_user,
            (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN
        {refuse("an operator is made by the owner of the tables")}
    END IF;
    IF TG_OP = 'UPDATE' AND NEW.is_active AND NOT OLD.is_active
        AND NOT pg_has_role(current_user,
            (SELECT relowner FROM pg_class WHERE oid = TG_RELID), 'USAGE')
    THEN
        {refuse("who was shut out is let in by the owner of the tables")}
    END IF;
    RETURN NEW;
END
"""
REVOKED_STAYS_SO = f"""
BEGIN
    IF OLD.revoked_at IS NOT NULL AND NEW.revoked_at IS DISTINCT FROM OLD.revoked_at THEN
        {refuse("a revoked key stays revoked")}
    END IF;
    RETURN NEW;
END
"""
FACTOR_STAYS_WITH_ITS_PERSON = f"""
BEGIN
    IF (NEW.user_id, NEW.type, NEW.created_at)
        IS DISTINCT FROM (OLD.user_id, OLD.type, OLD.created_at)
    THEN
        {refuse("a factor stays the one that it is, and with its person")}
    END IF;
    RETURN NEW;
END
"""
# What no verb changes, of tables that came without guards.
GUARDS_OF_CREDENTIALS = [
    frozen(
        "registry_apikey",
        "jurisdiction_id",
        "organization_id",
        "prefix",
        "secret_hash",
        "created_at",
    ),
    always("registry_apikey", "stays_revoked", "BEFORE UPDATE", REVOKED_STAYS_SO),
    frozen("account_emailaddress", "user_id", "email"),
    frozen("registry_user", "created_at"),
    always(
        "registry_user",
        "made_by_the_owner",
        "BEFORE INSERT OR UPDATE",
        OPERATOR_IS_MADE_BY_THE_OWNER,
    ),
    always(
        "mfa_authenticator", "stays_with_person", "BEFORE UPDATE", FACTOR_STAYS_WITH_ITS_PERSON
    ),
    frozen("registry_jurisdiction", "code", "is_test"),
    frozen("registry_organization", "id", "uuid", "jurisdiction_id"),
]

# Added later: who says nothing sees nothing, and a firm of the register its own.
CLOSED = [
    REPLACED_FUNCTION,
    close("registry_event", "portal_firm() = ANY (organizations)"),
    close("registry_accessentry", NOBODY),
    RunSQL(
        "ALTER POLICY outlived ON registry_accessentry USING (portal_sees_all());",
        "ALTER POLICY outlived ON registry_accessentry USING (portal_firm() IS NULL);",
    ),
    *(
        show_to_firm(f"registry_{name}", OWN)
        for name in ("amendment", "driver", "idempotencykey", "license", "permit")
    ),
    show_to_firm(
        "registry_licensestep",
        "EXISTS (SELECT FROM registry_license own WHERE own.id = license_id)",
    ),
    *(show_to_firm(f"registry_{name}", ANY_FIRM) for name in ("site", "vehicle")),
]

# Later: nor are a factor's key or secret another's. A secret is sealed anew in place; what was
# sealed never stands in plain again, and nobody gets a copy of somebody else's.
FACTOR_STAYS_WHAT_IT_IS = f"""
BEGIN
    IF (NEW.user_id, NEW.type, NEW.created_at)
        IS DISTINCT FROM (OLD.user_id, OLD.type, OLD.created_at)
        OR NEW.type = 'webauthn' AND NEW.data - 'name' IS DISTINCT FROM OLD.data - 'name'
        OR coalesce(OLD.data ->> 'secret', OLD.data ->> 'seed') LIKE 'sealed:%'
            AND coalesce(NEW.data ->> 'secret', NEW.data ->> 'seed', '') NOT LIKE 'sealed:%'
        OR coalesce(NEW.data ->> 'secret', NEW.data ->> 'seed')
            IS DISTINCT FROM coalesce(OLD.data ->> 'secret', OLD.data ->> 'seed')
            AND coalesce(NEW.data ->> 'secret', NEW.data ->> 'seed') LIKE 'sealed:%'
            AND EXISTS (SELECT FROM mfa_authenticator other WHERE other.id <> NEW.id
                AND coalesce(other.data ->> 'secret', other.data ->> 'seed')
                    = coalesce(NEW.data ->> 'secret', NEW.data ->> 'seed'))
    THEN
        {refuse("a factor stays the one that it is, and with its person")}
    END IF;
    RETURN NEW;
END
"""
FACTOR_GUARD = change_body(
    "mfa_authenticator",
    "stays_with_person",
    FACTOR_STAYS_WHAT_IT_IS,
    instead_of=FACTOR_STAYS_WITH_ITS_PERSON,
)
