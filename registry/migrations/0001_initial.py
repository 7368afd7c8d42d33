import django.contrib.postgres.constraints
import django.contrib.postgres.fields
import django.contrib.postgres.fields.ranges
import django.db.models.deletion
import django.db.models.functions.text
import uuid6
from django.apps.registry import Apps
from django.conf import settings
from django.contrib.postgres.operations import BtreeGistExtension
from django.core.management import call_command
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

import registry.models.events
import registry.models.firms
from registry.migrations._guards import GUARDS


def create_cache(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """The shared cache's table: sign-in limits must hold in every process."""
    call_command("createcachetable", database=schema_editor.connection.alias, verbosity=0)


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("auth", "0012_alter_user_first_name_max_length"),
        ("precursors", "0001_catalogue"),
    ]

    operations = [
        BtreeGistExtension(),  # for the exclusion constraint of licenses
        migrations.CreateModel(
            name="ApiKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("name", models.CharField(max_length=100)),
                ("prefix", models.CharField(max_length=20, unique=True)),
                ("secret_hash", models.CharField(max_length=64)),
                (
                    "scopes",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("buy", "request and cancel codes, confirm receipts"),
                                ("sell", "look codes up and record sales"),
                                ("carry", "act for a carrier"),
                                ("track", "report positions"),
                                (
                                    "registry:write",
                                    "enter firms, licenses, permits, sites and vehicles",
                                ),
                                ("flags:read", "read flags"),
                                ("flags:review", "propose how a flag ends"),
                                ("events:read", "read the feed of events"),
                            ],
                            max_length=20,
                        ),
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("revoked_at", models.DateTimeField(blank=True, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="Jurisdiction",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=20, unique=True)),
                ("name", models.CharField(max_length=100)),
                ("country", models.CharField(max_length=2)),
                ("time_zone", models.CharField(max_length=50)),
                ("language", models.CharField(max_length=5)),
                ("is_test", models.BooleanField(default=False)),
                ("issuing_halted_at", models.DateTimeField(editable=False, null=True)),
            ],
        ),
        migrations.CreateModel(
            name="User",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("password", models.CharField(max_length=128, verbose_name="password")),
                (
                    "last_login",
                    models.DateTimeField(blank=True, null=True, verbose_name="last login"),
                ),
                (
                    "is_superuser",
                    models.BooleanField(
                        default=False,
                        help_text="Designates that this user has all permissions without explicitly assigning them.",
                        verbose_name="superuser status",
                    ),
                ),
                (
                    "email",
                    models.EmailField(max_length=254, unique=True, verbose_name="e-mail address"),
                ),
                ("name", models.CharField(blank=True, max_length=150, verbose_name="name")),
                ("language", models.CharField(blank=True, max_length=5)),
                ("is_active", models.BooleanField(default=True)),
                ("created_at", models.DateTimeField(auto_now_add=True)),
                (
                    "groups",
                    models.ManyToManyField(
                        blank=True,
                        help_text="The groups this user belongs to. A user will get all permissions granted to each of their groups.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.group",
                        verbose_name="groups",
                    ),
                ),
                (
                    "user_permissions",
                    models.ManyToManyField(
                        blank=True,
                        help_text="Specific permissions for this user.",
                        related_name="user_set",
                        related_query_name="user",
                        to="auth.permission",
                        verbose_name="user permissions",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="ClockOffset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("ahead", models.DurationField()),
            ],
            options={
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("id", 1)), name="there_is_one_clock"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="Invitation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("email", models.EmailField(max_length=254)),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "Manager"),
                            ("dealer", "Dealer"),
                            ("officer", "Officer"),
                            ("inspector", "Inspector"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "token_hash",
                    models.CharField(blank=True, max_length=64, null=True, unique=True),
                ),
                ("created_at", models.DateTimeField()),
                ("expires_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                ("accepted_at", models.DateTimeField(blank=True, null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="invitations",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "invited_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.apikey",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Event",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False)),
                ("month", models.DateField()),
                ("kind", models.CharField(max_length=50)),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField()),
                ("sequence", models.PositiveIntegerField()),
                ("at", models.DateTimeField()),
                ("data", models.JSONField(default=dict)),
                (
                    "organizations",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None
                    ),
                ),
                (
                    "transaction",
                    models.BigIntegerField(
                        db_default=registry.models.events.CurrentTransaction(), editable=False
                    ),
                ),
                (
                    "api_key",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.apikey",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="apikey",
            name="jurisdiction",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
            ),
        ),
        migrations.CreateModel(
            name="License",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("number", models.CharField(max_length=50)),
                ("valid_from", models.DateField()),
                ("valid_to", models.DateField()),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("in_force", "In force"),
                            ("suspended", "Suspended"),
                            ("revoked", "Revoked"),
                        ],
                        default="in_force",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LicenseStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                (
                    "standing",
                    models.CharField(
                        choices=[
                            ("in_force", "In force"),
                            ("suspended", "Suspended"),
                            ("revoked", "Revoked"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.TextField(blank=True)),
                (
                    "license",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="registry.license",
                    ),
                ),
            ],
            options={
                "ordering": ["sequence"],
            },
        ),
        migrations.CreateModel(
            name="Organization",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("country", models.CharField(max_length=2)),
                ("tax_id", models.CharField(max_length=30)),
                ("name", models.CharField(max_length=200)),
                ("search_text", models.TextField(blank=True, editable=False)),
                ("created_at", models.DateTimeField()),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Membership",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "role",
                    models.CharField(
                        choices=[
                            ("manager", "Manager"),
                            ("dealer", "Dealer"),
                            ("officer", "Officer"),
                            ("inspector", "Inspector"),
                        ],
                        max_length=20,
                    ),
                ),
                ("ended_at", models.DateTimeField(blank=True, null=True)),
                (
                    "invitation",
                    models.OneToOneField(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="membership",
                        to="registry.invitation",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="memberships",
                        to="registry.organization",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="license",
            name="organization",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="licenses",
                to="registry.organization",
            ),
        ),
        migrations.AddField(
            model_name="invitation",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="registry.organization",
            ),
        ),
        migrations.CreateModel(
            name="IdempotencyKey",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("operation", models.CharField(max_length=200)),
                ("key", models.CharField(max_length=255)),
                ("body_hash", models.CharField(max_length=64)),
                ("status", models.PositiveSmallIntegerField(null=True)),
                ("answer", models.JSONField(null=True)),
                ("created_at", models.DateTimeField()),
                ("kept_until", models.DateTimeField(null=True)),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.jurisdiction",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Driver",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("name", models.CharField(max_length=150)),
                ("document", models.CharField(max_length=30)),
                ("license", models.CharField(blank=True, max_length=30)),
                ("created_at", models.DateTimeField()),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="drivers",
                        to="registry.organization",
                    ),
                ),
            ],
        ),
        migrations.AddField(
            model_name="apikey",
            name="organization",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="registry.organization",
            ),
        ),
        migrations.CreateModel(
            name="Permit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                (
                    "activity",
                    models.CharField(
                        choices=[("buy", "Buy"), ("sell", "Sell"), ("carry", "Carry")],
                        max_length=10,
                    ),
                ),
                (
                    "period",
                    models.CharField(
                        choices=[("month", "Month"), ("quarter", "Quarter"), ("year", "Year")],
                        max_length=10,
                    ),
                ),
                ("limit_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                (
                    "automatic_limit_kg",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True),
                ),
                ("limit_value", models.DecimalField(decimal_places=3, max_digits=18)),
                ("limit_unit", models.CharField(max_length=10)),
                (
                    "automatic_limit_value",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True),
                ),
                ("automatic_limit_unit", models.CharField(blank=True, max_length=10)),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("proposed", "Awaiting a second officer"),
                            ("in_force", "In force"),
                            ("replaced", "Replaced"),
                            ("refused", "Refused"),
                        ],
                        default="in_force",
                        max_length=10,
                    ),
                ),
                ("created_at", models.DateTimeField()),
                ("decided_at", models.DateTimeField(blank=True, null=True)),
                ("raises_limit", models.BooleanField(default=False)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "license",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="permits",
                        to="registry.license",
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="permits",
                        to="registry.organization",
                    ),
                ),
                (
                    "precursor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="precursors.precursor"
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.apikey",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Refusal",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.CharField(max_length=50)),
                ("reason", models.CharField(blank=True, max_length=50)),
                ("times", models.BigIntegerField()),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.jurisdiction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Reinstatement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("reason", models.TextField()),
                ("proposed_at", models.DateTimeField()),
                ("approved_at", models.DateTimeField(blank=True, null=True)),
                ("withdrawn_at", models.DateTimeField(blank=True, null=True)),
                (
                    "approved_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "license",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reinstatements",
                        to="registry.license",
                    ),
                ),
                (
                    "proposed_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_key",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.apikey",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Site",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("name", models.CharField(max_length=200)),
                ("address", models.CharField(max_length=300)),
                ("ubigeo", models.CharField(blank=True, max_length=6)),
                (
                    "latitude",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True),
                ),
                (
                    "longitude",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=9, null=True),
                ),
                (
                    "storage_limit_value",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True),
                ),
                ("storage_limit_unit", models.CharField(blank=True, max_length=10)),
                (
                    "storage_limit_kg",
                    models.DecimalField(blank=True, decimal_places=6, max_digits=20, null=True),
                ),
                ("created_at", models.DateTimeField()),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sites",
                        to="registry.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Vehicle",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("plate", models.CharField(max_length=15)),
                ("kind", models.CharField(max_length=50)),
                (
                    "capacity_value",
                    models.DecimalField(blank=True, decimal_places=3, max_digits=18, null=True),
                ),
                ("capacity_unit", models.CharField(blank=True, max_length=10)),
                ("created_at", models.DateTimeField()),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="vehicles",
                        to="registry.organization",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="user",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("email", django.db.models.functions.text.Lower(models.F("email")))
                ),
                name="user_email_is_lower_case",
            ),
        ),
        migrations.AddIndex(
            model_name="event",
            index=models.Index(
                fields=["subject_kind", "subject_id", "-sequence"], name="event_of_subject"
            ),
        ),
        migrations.AddConstraint(
            model_name="event",
            constraint=models.UniqueConstraint(
                fields=("month", "subject_kind", "subject_id", "sequence"),
                name="events_of_a_subject_are_numbered_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="licensestep",
            constraint=models.UniqueConstraint(
                fields=("license", "sequence"), name="license_steps_are_numbered_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "tax_id"), name="tax_id_is_unique_in_a_jurisdiction"
            ),
        ),
        migrations.AddConstraint(
            model_name="organization",
            constraint=models.CheckConstraint(
                condition=models.Q(("name", ""), _negated=True), name="organization_has_a_name"
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_at__isnull", True)),
                fields=("user", "jurisdiction", "organization"),
                name="one_membership_of_a_user_in_an_organization",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="membership",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("organization__isnull", True), ("role__in", ["officer", "inspector"])
                    ),
                    models.Q(("organization__isnull", False), ("role__in", ["manager", "dealer"])),
                    _connector="OR",
                ),
                name="officers_belong_to_no_firm",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "number"), name="license_number_is_unique"
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=models.CheckConstraint(
                condition=models.Q(("valid_to__gte", models.F("valid_from"))),
                name="license_ends_after_it_begins",
            ),
        ),
        migrations.AddConstraint(
            model_name="license",
            constraint=django.contrib.postgres.constraints.ExclusionConstraint(
                condition=models.Q(("standing", "revoked"), _negated=True),
                expressions=[
                    ("organization", "="),
                    (
                        registry.models.firms.DateRange(
                            "valid_from",
                            "valid_to",
                            django.contrib.postgres.fields.ranges.RangeBoundary(
                                inclusive_upper=True
                            ),
                        ),
                        "&&",
                    ),
                ],
                name="licenses_of_one_organization_never_overlap",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("organization__isnull", True), ("role__in", ["officer", "inspector"])
                    ),
                    models.Q(("organization__isnull", False), ("role__in", ["manager", "dealer"])),
                    _connector="OR",
                ),
                name="officers_are_invited_to_no_firm",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("role", "officer"), _negated=True),
                    models.Q(("invited_by__isnull", True), ("invited_key__isnull", True)),
                    models.Q(("accepted_at__isnull", True), ("token_hash__isnull", True)),
                    models.Q(
                        ("approved_by__isnull", False),
                        models.Q(
                            ("invited_by__isnull", True),
                            models.Q(("approved_by", models.F("invited_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="inviting_an_officer_takes_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_at__isnull", True),
                    models.Q(
                        ("approved_by__isnull", False),
                        models.Q(
                            ("invited_by__isnull", True),
                            models.Q(("approved_by", models.F("invited_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="an_invitation_is_approved_by_another",
            ),
        ),
        migrations.AddConstraint(
            model_name="invitation",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("withdrawn_at__isnull", True),
                    models.Q(
                        ("accepted_at__isnull", True),
                        ("token_hash__isnull", True),
                        ("approved_at__isnull", True),
                    ),
                    _connector="OR",
                ),
                name="a_withdrawn_invitation_has_no_link",
            ),
        ),
        migrations.AddIndex(
            model_name="idempotencykey",
            index=models.Index(fields=["kept_until"], name="key_to_forget"),
        ),
        migrations.AddConstraint(
            model_name="idempotencykey",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "organization", "operation", "key"),
                name="one_effect_of_a_key",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="driver",
            constraint=models.UniqueConstraint(
                fields=("organization", "document"), name="driver_is_declared_once"
            ),
        ),
        migrations.AddIndex(
            model_name="permit",
            index=models.Index(
                condition=models.Q(("state", "in_force")),
                fields=["organization", "precursor", "activity"],
                name="permit_in_force_of_firm",
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "in_force")),
                fields=("license", "precursor", "activity"),
                name="one_permit_in_force",
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.UniqueConstraint(
                condition=models.Q(("state", "proposed")),
                fields=("license", "precursor", "activity"),
                name="one_permit_proposed",
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.CheckConstraint(
                condition=models.Q(("limit_kg__gte", 0)), name="limit_is_not_negative"
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("automatic_limit_kg__isnull", True),
                    ("automatic_limit_kg__gte", 0),
                    _connector="OR",
                ),
                name="automatic_limit_is_not_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="permit",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("raises_limit", False),
                    models.Q(("state__in", ["in_force", "replaced"]), _negated=True),
                    models.Q(
                        ("approved_by__isnull", False),
                        models.Q(
                            models.Q(
                                ("proposed_by__isnull", True), ("proposed_key__isnull", False)
                            ),
                            models.Q(
                                ("proposed_by__isnull", False),
                                ("proposed_key__isnull", True),
                                models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            ),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="raising_a_limit_takes_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="refusal",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "code", "reason"),
                name="one_tally_of_a_refusal",
                nulls_distinct=False,
            ),
        ),
        migrations.AddConstraint(
            model_name="reinstatement",
            constraint=models.UniqueConstraint(
                condition=models.Q(("approved_at__isnull", True), ("withdrawn_at__isnull", True)),
                fields=("license",),
                name="one_open_reinstatement_of_a_license",
            ),
        ),
        migrations.AddConstraint(
            model_name="reinstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("proposed_by__isnull", False), ("proposed_key__isnull", True)),
                    models.Q(("proposed_by__isnull", True), ("proposed_key__isnull", False)),
                    _connector="OR",
                ),
                name="reinstatement_has_one_proposer",
            ),
        ),
        migrations.AddConstraint(
            model_name="reinstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_at__isnull", True),
                    models.Q(
                        ("approved_by__isnull", False),
                        models.Q(
                            ("proposed_by__isnull", True),
                            models.Q(("approved_by", models.F("proposed_by")), _negated=True),
                            _connector="OR",
                        ),
                    ),
                    _connector="OR",
                ),
                name="reinstatement_takes_two_people",
            ),
        ),
        migrations.AddConstraint(
            model_name="reinstatement",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("approved_at__isnull", True), ("withdrawn_at__isnull", True), _connector="OR"
                ),
                name="reinstatement_ends_once",
            ),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("latitude__isnull", True), ("longitude__isnull", True)),
                    models.Q(
                        ("latitude__isnull", False),
                        ("latitude__range", (-90, 90)),
                        ("longitude__isnull", False),
                        ("longitude__range", (-180, 180)),
                    ),
                    _connector="OR",
                ),
                name="site_lies_on_earth",
            ),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("ubigeo", ""),
                    ("ubigeo__regex", "^(0[1-9]|1[0-9]|2[0-5])[0-9]{4}$"),
                    _connector="OR",
                ),
                name="ubigeo_is_six_digits_of_a_department",
            ),
        ),
        migrations.AddConstraint(
            model_name="site",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("storage_limit_kg__isnull", True),
                    ("storage_limit_kg__gt", 0),
                    _connector="OR",
                ),
                name="storage_limit_is_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "plate"), name="plate_is_unique_in_a_jurisdiction"
            ),
        ),
        migrations.AddConstraint(
            model_name="vehicle",
            constraint=models.CheckConstraint(
                condition=models.Q(("plate__regex", "^[A-Z0-9]{3,15}$")),
                name="plate_is_letters_and_digits",
            ),
        ),
        migrations.RunPython(create_cache, migrations.RunPython.noop),
        *GUARDS,
    ]
