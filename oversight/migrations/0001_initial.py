import django.db.models.deletion
import uuid6
from django.conf import settings
from django.db import migrations, models

from oversight.migrations._guards import GUARDS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("authorizations", "0001_initial"),
        ("registry", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Heartbeat",
            fields=[
                ("worker", models.CharField(max_length=255, primary_key=True, serialize=False)),
                ("beat_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="Flag",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("rule", models.CharField(max_length=40)),
                (
                    "severity",
                    models.CharField(
                        choices=[("low", "Observation"), ("medium", "Medium"), ("high", "High")],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("awaiting_second", "Awaiting a second officer"),
                            ("explained", "Explained"),
                            ("dismissed", "Dismissed"),
                            ("confirmed", "Confirmed"),
                        ],
                        default="open",
                        max_length=20,
                    ),
                ),
                ("subject_kind", models.CharField(max_length=20)),
                ("subject_id", models.BigIntegerField()),
                ("evidence", models.JSONField()),
                ("version", models.PositiveIntegerField()),
                ("holds", models.BooleanField(default=True)),
                ("raised_at", models.DateTimeField()),
                ("due_at", models.DateTimeField()),
                ("steps_count", models.PositiveIntegerField(default=1)),
                ("proposed_outcome", models.CharField(blank=True, max_length=20)),
                ("decided_at", models.DateTimeField(null=True)),
                (
                    "assigned_to",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "buyer",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.organization",
                    ),
                ),
                (
                    "decided_by",
                    models.ForeignKey(
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
                    "proposed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "proposed_key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.apikey",
                    ),
                ),
                (
                    "sale",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="flags",
                        to="authorizations.sale",
                    ),
                ),
                (
                    "second",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="FlagStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("sequence", models.PositiveIntegerField()),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("raised", "Raised"),
                            ("lifted", "No longer supported by the facts"),
                            ("changed", "The facts changed"),
                            ("reopened", "Open again: the facts changed after the decision"),
                            ("assigned", "Assigned"),
                            ("proposed", "Proposed"),
                            ("drawn", "Second officer drawn"),
                            ("agreed", "Agreed"),
                            ("overruled", "Overruled"),
                            ("decided", "Decided"),
                        ],
                        max_length=10,
                    ),
                ),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("open", "Open"),
                            ("awaiting_second", "Awaiting a second officer"),
                            ("explained", "Explained"),
                            ("dismissed", "Dismissed"),
                            ("confirmed", "Confirmed"),
                        ],
                        max_length=20,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("note", models.TextField(blank=True)),
                ("data", models.JSONField(default=dict)),
                (
                    "api_key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.apikey",
                    ),
                ),
                (
                    "flag",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="oversight.flag",
                    ),
                ),
                (
                    "user",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["sequence"],
            },
        ),
        migrations.CreateModel(
            name="Evaluation",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("evaluated_at", models.DateTimeField()),
                ("known", models.JSONField(default=dict)),
                ("findings", models.JSONField()),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="evaluations",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "ruleset",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="authorizations.ruleset"
                    ),
                ),
            ],
            options={
                "constraints": [
                    models.UniqueConstraint(
                        fields=("authorization", "version", "ruleset", "evaluated_at"),
                        name="one_evaluation_of_a_version_at_a_time",
                    )
                ],
            },
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["open", "awaiting_second"]),
                    ("severity__in", ["medium", "high"]),
                ),
                fields=["jurisdiction", "-id"],
                name="flag_in_queue",
            ),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(
                condition=models.Q(
                    ("state__in", ["open", "awaiting_second"]),
                    ("severity__in", ["medium", "high"]),
                ),
                fields=["jurisdiction", "due_at", "id"],
                name="flag_by_deadline",
            ),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(fields=["jurisdiction", "-id"], name="flag_of_jurisdiction"),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(fields=["jurisdiction", "state", "-id"], name="flag_of_state"),
        ),
        migrations.AddIndex(
            model_name="flag",
            index=models.Index(fields=["buyer", "seller", "-id"], name="flag_of_pair"),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.UniqueConstraint(
                fields=("rule", "subject_kind", "subject_id"), name="one_flag_of_a_rule"
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("state__in", ["explained", "dismissed", "confirmed"]), _negated=True
                    ),
                    models.Q(("decided_at__isnull", False), ("decided_by__isnull", False)),
                    _connector="OR",
                ),
                name="a_person_ends_a_flag",
            ),
        ),
        migrations.AddConstraint(
            model_name="flag",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("severity", "high"),
                        ("state__in", ["explained", "dismissed", "confirmed"]),
                        _negated=True,
                    ),
                    models.Q(("proposed_by__isnull", True), ("proposed_key__isnull", False)),
                    models.Q(
                        ("proposed_by__isnull", False),
                        models.Q(("proposed_by", models.F("decided_by")), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="ending_a_high_flag_takes_two",
            ),
        ),
        migrations.AddConstraint(
            model_name="flagstep",
            constraint=models.UniqueConstraint(
                fields=("flag", "sequence"), name="flag_steps_are_numbered_once"
            ),
        ),
        *GUARDS,
    ]
