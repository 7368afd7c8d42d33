"""Triggers: people come and go, and licenses return, by two people.

And what moves proposals that were kept elsewhere into the one table.
"""

from django.db.migrations import RunSQL

from database.guards import always, change_body, keep_columns
from registry.migrations._guards import OFFICER_IS_INVITED, STANDING_IS_DECIDED

STANDING_IS_APPROVED = """
BEGIN
    IF OLD.standing = NEW.standing THEN RETURN NEW; END IF;
    IF OLD.standing = 'revoked' THEN
        RAISE EXCEPTION 'a revoked license stays revoked'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.standing = 'in_force' AND NOT EXISTS (
        SELECT FROM registry_proposal
        WHERE act = 'license.reinstate' AND subject_kind = 'license' AND subject_id = NEW.id
            AND state = 'approved' AND decided_at >= (
                SELECT max(at) FROM registry_licensestep WHERE license_id = NEW.id))
    THEN
        RAISE EXCEPTION 'a license is reinstated by two officers'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
RETURNS_BY_TWO = """
BEGIN
    IF NOT EXISTS (SELECT FROM registry_license lost
        WHERE lost.organization_id = NEW.organization_id AND lost.standing <> 'in_force')
    THEN
        RETURN NEW;
    END IF;
    IF portal_approved(NEW.proposal_id, 'license.grant', 'organization', NEW.organization_id)
        AND EXISTS (SELECT FROM registry_proposal WHERE id = NEW.proposal_id
            AND terms @> jsonb_build_object('number', NEW.number,
                'valid_from', to_char(NEW.valid_from, 'YYYY-MM-DD'),
                'valid_to', to_char(NEW.valid_to, 'YYYY-MM-DD')))
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'a firm that lost a license gets another by two officers'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""
# The first two officers are the operator's; each of a firm's managers invites colleagues.
INVITATION_TAKES_TWO = """
DECLARE
    officers integer;
    waiting integer;
BEGIN
    IF NEW.token_hash IS NULL AND NEW.accepted_at IS NULL
        OR TG_OP = 'UPDATE' AND (OLD.token_hash IS NOT NULL OR OLD.accepted_at IS NOT NULL)
    THEN
        RETURN NEW;
    END IF;
    IF (NEW.organization_id IS NULL AND portal_approved(
            NEW.proposal_id, 'officer.invite', 'jurisdiction', NEW.jurisdiction_id)
        OR NEW.organization_id IS NOT NULL AND portal_approved(
            NEW.proposal_id, 'firm.invite', 'organization', NEW.organization_id))
        AND EXISTS (SELECT FROM registry_proposal WHERE id = NEW.proposal_id
            AND terms @> jsonb_build_object('email', NEW.email, 'role', NEW.role))
    THEN
        RETURN NEW;
    END IF;
    IF NEW.organization_id IS NOT NULL AND EXISTS (SELECT FROM registry_membership
        WHERE user_id = NEW.invited_by_id AND organization_id = NEW.organization_id
            AND role = 'manager' AND ended_at IS NULL)
    THEN
        RETURN NEW;
    END IF;
    IF NEW.role = 'officer' AND NEW.invited_by_id IS NULL AND NEW.invited_key_id IS NULL THEN
        PERFORM FROM registry_jurisdiction WHERE id = NEW.jurisdiction_id FOR NO KEY UPDATE;
        SELECT count(*) INTO officers FROM registry_membership member
        JOIN registry_user person ON person.id = member.user_id AND person.is_active
        WHERE member.jurisdiction_id = NEW.jurisdiction_id AND member.role = 'officer'
            AND member.ended_at IS NULL;
        SELECT count(*) INTO waiting FROM registry_invitation other
        WHERE other.jurisdiction_id = NEW.jurisdiction_id AND other.role = 'officer'
            AND num_nonnulls(other.invited_by_id, other.invited_key_id, other.proposal_id) = 0
            AND other.email <> NEW.email AND NOT EXISTS (
                SELECT FROM registry_membership WHERE invitation_id = other.id)
            AND (other.accepted_at IS NOT NULL OR other.expires_at > clock_timestamp());
        IF officers + waiting < 2 THEN RETURN NEW; END IF;
    END IF;
    RAISE EXCEPTION 'an invitation takes two people'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""
MEMBER_IS_INVITED = """
BEGIN
    IF NOT EXISTS (
        SELECT FROM registry_invitation invitation
        JOIN registry_user invited ON invited.email = invitation.email
        WHERE invitation.id = NEW.invitation_id AND invited.id = NEW.user_id
            AND invitation.jurisdiction_id = NEW.jurisdiction_id
            AND invitation.organization_id IS NOT DISTINCT FROM NEW.organization_id
            AND invitation.role = NEW.role AND invitation.accepted_at IS NOT NULL)
    THEN
        RAISE EXCEPTION 'a member comes by an accepted invitation'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
# Of two who join both sides at once the second waits here for the first.
MEMBER_IS_ON_ONE_SIDE = """
BEGIN
    PERFORM FROM registry_user WHERE id = NEW.user_id FOR NO KEY UPDATE;
    IF EXISTS (SELECT FROM registry_membership other
        WHERE other.user_id = NEW.user_id AND other.jurisdiction_id = NEW.jurisdiction_id
            AND other.ended_at IS NULL
            AND (other.organization_id IS NULL) <> (NEW.organization_id IS NULL))
    THEN
        RAISE EXCEPTION 'nobody acts for the authority and for a firm'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF NEW.organization_id IS NULL AND EXISTS (SELECT FROM registry_user
        WHERE id = NEW.user_id AND is_superuser)
    THEN
        RAISE EXCEPTION 'an operator is no officer'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
OFFICER_IS_NOT_SWITCHED = """
BEGIN
    IF (NOT NEW.is_superuser OR OLD.is_superuser) AND (NEW.is_active OR NOT OLD.is_active) THEN
        RETURN NEW;
    END IF;
    IF EXISTS (SELECT FROM registry_membership
        WHERE user_id = NEW.id AND organization_id IS NULL AND ended_at IS NULL)
    THEN
        RAISE EXCEPTION 'an officer is ended by two, and is no operator'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END
"""
OFFICER_ENDS_BY_TWO = """
DECLARE
    others integer;
BEGIN
    IF OLD.ended_at IS NOT NULL
        AND (NEW.ended_how, NEW.ending_id) IS DISTINCT FROM (OLD.ended_how, OLD.ending_id)
    THEN
        RAISE EXCEPTION 'how a membership ended stays as it was'
            USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    IF OLD.role <> 'officer' OR OLD.ended_at IS NOT NULL OR NEW.ended_at IS NULL THEN
        RETURN NEW;
    END IF;
    PERFORM FROM registry_jurisdiction WHERE id = OLD.jurisdiction_id FOR NO KEY UPDATE;
    SELECT count(*) INTO others FROM registry_membership member
    JOIN registry_user person ON person.id = member.user_id AND person.is_active
    WHERE member.jurisdiction_id = OLD.jurisdiction_id AND member.role = 'officer'
        AND member.ended_at IS NULL AND member.id <> OLD.id;
    IF NEW.ended_how = 'resigned' AND others >= 2 OR NEW.ended_how = 'approved'
        AND others >= 1 AND portal_approved(NEW.ending_id, 'officer.end', 'membership', OLD.id)
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'an officer leaves by two officers or their own word, and two stay'
        USING ERRCODE = 'integrity_constraint_violation';
END
"""

LICENSE_COLUMNS = (
    "uuid",
    "jurisdiction_id",
    "organization_id",
    "number",
    "valid_from",
    "valid_to",
    "created_at",
)
INVITATION_COLUMNS = (
    "uuid",
    "jurisdiction_id",
    "organization_id",
    "email",
    "role",
    "created_at",
    "invited_by_id",
    "invited_key_id",
)
GUARDS_OF_PEOPLE = [
    keep_columns(
        "registry_license", (*LICENSE_COLUMNS, "proposal_id"), instead_of=LICENSE_COLUMNS
    ),
    change_body(
        "registry_license",
        "standing_is_decided",
        STANDING_IS_APPROVED,
        instead_of=STANDING_IS_DECIDED,
    ),
    always("registry_license", "returns_by_two", "BEFORE INSERT", RETURNS_BY_TWO),
    keep_columns(
        "registry_invitation", (*INVITATION_COLUMNS, "proposal_id"), instead_of=INVITATION_COLUMNS
    ),
    always("registry_invitation", "takes_two", "BEFORE INSERT OR UPDATE", INVITATION_TAKES_TWO),
    change_body(
        "registry_membership",
        "officer_is_invited",
        MEMBER_IS_INVITED,
        instead_of=OFFICER_IS_INVITED,
    ),
    always("registry_membership", "is_on_one_side", "BEFORE INSERT", MEMBER_IS_ON_ONE_SIDE),
    always("registry_membership", "ends_by_two", "BEFORE UPDATE", OFFICER_ENDS_BY_TWO),
    always("registry_user", "officer_is_not_switched", "BEFORE UPDATE", OFFICER_IS_NOT_SWITCHED),
]

# A proposal that another has already approved is not inserted so: its guard sleeps meanwhile.
REINSTATEMENTS_MOVE = RunSQL(
    """
    SET CONSTRAINTS ALL IMMEDIATE;
    ALTER TABLE registry_proposal DISABLE TRIGGER decided_by_another;
    INSERT INTO registry_proposal (uuid, jurisdiction_id, act, subject_kind, subject_id, about,
        organization_id, terms, before, reason, proposed_at, proposed_by_id, proposed_key_id,
        sponsor_id, expires_at, state, decided_at, decided_by_id, note)
    SELECT moved.uuid, license.jurisdiction_id, 'license.reinstate', 'license', license.id, '',
        license.organization_id, jsonb_build_object('number', license.number),
        '{"standing": "suspended"}', moved.reason, moved.proposed_at, moved.proposed_by_id,
        moved.proposed_key_id, moved.proposed_by_id,
        greatest(moved.proposed_at, now()) + interval '7 days',
        CASE WHEN moved.approved_at IS NOT NULL THEN 'approved'
            WHEN moved.withdrawn_at IS NOT NULL THEN 'withdrawn' ELSE 'proposed' END,
        coalesce(moved.approved_at, moved.withdrawn_at), moved.approved_by_id, ''
    FROM registry_reinstatement moved
    JOIN registry_license license ON license.id = moved.license_id
    ORDER BY moved.id;
    ALTER TABLE registry_proposal ENABLE ALWAYS TRIGGER decided_by_another;
    SET CONSTRAINTS ALL DEFERRED;
    """,
    RunSQL.noop,
)
# The proposed officers wait in the one table now; their old rows are withdrawn.
OFFICERS_MOVE = RunSQL(
    """
    INSERT INTO registry_proposal (uuid, jurisdiction_id, act, subject_kind, subject_id, about,
        terms, before, reason, proposed_at, proposed_by_id, proposed_key_id, sponsor_id,
        expires_at, state, note)
    SELECT moved.uuid, moved.jurisdiction_id, 'officer.invite', 'jurisdiction',
        moved.jurisdiction_id, left(moved.email, 100),
        jsonb_build_object('email', moved.email, 'role', moved.role), '{}', '',
        moved.created_at, moved.invited_by_id, moved.invited_key_id, moved.invited_by_id,
        moved.expires_at, 'proposed', ''
    FROM registry_invitation moved
    WHERE moved.role = 'officer' AND moved.token_hash IS NULL AND moved.withdrawn_at IS NULL
        AND moved.accepted_at IS NULL AND moved.expires_at > now()
        AND num_nonnulls(moved.invited_by_id, moved.invited_key_id) = 1
    ORDER BY moved.id;
    UPDATE registry_invitation SET withdrawn_at = now() WHERE uuid IN (
        SELECT uuid FROM registry_proposal WHERE act = 'officer.invite');
    UPDATE registry_membership SET ended_how = 'before'
    WHERE ended_at IS NOT NULL AND role = 'officer';
    SET CONSTRAINTS ALL IMMEDIATE;
    SET CONSTRAINTS ALL DEFERRED;
    """,
    RunSQL.noop,
)
