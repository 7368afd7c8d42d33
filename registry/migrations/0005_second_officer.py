"""An officer is invited by two: what was sent by one alone is a proposal from now on."""

import django.db.models.deletion
from django.contrib.postgres.operations import AddConstraintNotValid
from django.db import migrations, models
from django.db.models import F, Q
from uuid6 import uuid7

from database.guards import always, frozen

UUIDS = "UPDATE registry_invitation SET uuid = gen_random_uuid() WHERE uuid IS NULL"
UNSEND = """
UPDATE registry_invitation SET token_hash = NULL
WHERE role = 'officer' AND invited_by_id IS NOT NULL AND accepted_at IS NULL
"""
BY_THE_OPERATOR = Q(invited_by__isnull=True, invited_key__isnull=True)
BY_TWO_PEOPLE = Q(approved_by__isnull=False) & (
    Q(invited_by__isnull=True) | ~Q(approved_by=F("invited_by"))
)
NOT_SENT = Q(token_hash__isnull=True, accepted_at__isnull=True)

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


def person(**options: object) -> models.ForeignKey:
    return models.ForeignKey(
        "registry.user", django.db.models.deletion.PROTECT, null=True, blank=True, **options
    )


class Migration(migrations.Migration):
    dependencies = [("registry", "0004_issuing_halted")]

    operations = [
        migrations.AddField(
            "invitation", "approved_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.AddField("invitation", "approved_by", person(related_name="+")),
        migrations.AddField(
            "invitation",
            "invited_key",
            models.ForeignKey(
                "registry.apikey",
                django.db.models.deletion.PROTECT,
                null=True,
                blank=True,
                related_name="+",
            ),
        ),
        migrations.AddField(
            "invitation", "withdrawn_at", models.DateTimeField(null=True, blank=True)
        ),
        migrations.AddField("invitation", "uuid", models.UUIDField(null=True, editable=False)),
        migrations.RunSQL(UUIDS, migrations.RunSQL.noop),
        migrations.AlterField(
            "invitation", "uuid", models.UUIDField(default=uuid7, unique=True, editable=False)
        ),
        migrations.AlterField("invitation", "invited_by", person(related_name="invitations")),
        migrations.AlterField(
            "invitation",
            "token_hash",
            models.CharField(max_length=64, unique=True, null=True, blank=True),
        ),
        migrations.RunSQL(UNSEND, migrations.RunSQL.noop),
        # Not valid for what was accepted before: that officer is there already.
        AddConstraintNotValid(
            "invitation",
            models.CheckConstraint(
                condition=~Q(role="officer") | BY_THE_OPERATOR | NOT_SENT | BY_TWO_PEOPLE,
                name="inviting_an_officer_takes_two_people",
            ),
        ),
        migrations.AddConstraint(
            "invitation",
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | BY_TWO_PEOPLE,
                name="an_invitation_is_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            "invitation",
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | NOT_SENT & Q(approved_at__isnull=True),
                name="a_withdrawn_invitation_has_no_link",
            ),
        ),
        migrations.AddField(
            "membership",
            "invitation",
            models.OneToOneField(
                "registry.invitation",
                django.db.models.deletion.PROTECT,
                null=True,
                blank=True,
                related_name="membership",
            ),
        ),
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
    ]
