import django.contrib.postgres.fields
import django.db.models.deletion
import django.db.models.expressions
import django.db.models.functions.comparison
import uuid6
from django.conf import settings
from django.db import migrations, models

from authorizations.migrations._guards import GUARDS


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("precursors", "0001_catalogue"),
        ("registry", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Allowance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "activity",
                    models.CharField(
                        choices=[("buy", "Buy"), ("sell", "Sell"), ("carry", "Carry")],
                        max_length=10,
                    ),
                ),
                ("period_start", models.DateField()),
                ("period_end", models.DateField()),
                ("limit_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("reserved_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ("held_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ("consumed_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ("overage_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.organization",
                    ),
                ),
                (
                    "precursor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="precursors.precursor",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Authorization",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("code", models.CharField(blank=True, max_length=12, null=True)),
                (
                    "status",
                    models.CharField(
                        choices=[
                            ("pending", "Awaiting a decision"),
                            ("issued", "Issued"),
                            ("closed", "Closed"),
                            ("refused", "Refused"),
                            ("cancelled", "Cancelled"),
                            ("revoked", "Revoked"),
                            ("expired", "Expired"),
                        ],
                        max_length=10,
                    ),
                ),
                ("version", models.PositiveIntegerField(default=1)),
                ("quantity_value", models.DecimalField(decimal_places=3, max_digits=18)),
                ("quantity_unit", models.CharField(max_length=10)),
                ("product_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("net_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("purpose", models.CharField(blank=True, max_length=1000)),
                ("requested_at", models.DateTimeField()),
                ("decide_by", models.DateTimeField()),
                ("issued_at", models.DateTimeField(null=True)),
                ("valid_until", models.DateTimeField(null=True)),
                ("looked_up_at", models.DateTimeField(null=True)),
                ("ended_at", models.DateTimeField(null=True)),
                ("declared_at", models.DateTimeField(null=True)),
                ("released_at", models.DateTimeField(null=True)),
                ("receipt_awaited_since", models.DateTimeField(null=True)),
                ("reserved_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ("held_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ("consumed_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ("overage_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                ("sold_kg", models.DecimalField(decimal_places=6, default=0, max_digits=20)),
                (
                    "allowance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="authorizations",
                        to="authorizations.allowance",
                    ),
                ),
                (
                    "buyer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="purchases",
                        to="registry.organization",
                    ),
                ),
                (
                    "destination_site",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.site",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.jurisdiction",
                    ),
                ),
                (
                    "permit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.permit",
                    ),
                ),
                (
                    "precursor",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="precursors.precursor",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="precursors.product"
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="supplies",
                        to="registry.organization",
                    ),
                ),
                (
                    "seller_allowance",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="authorizations.allowance",
                    ),
                ),
                (
                    "seller_permit",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.permit",
                    ),
                ),
                (
                    "vehicle",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.vehicle",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Duty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                (
                    "reason",
                    models.CharField(
                        choices=[
                            ("recorded", "Recorded"),
                            ("end", "End"),
                            ("release", "Release"),
                            ("receipt_due", "Receipt Due"),
                            ("twin", "Twin"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "lane",
                    models.CharField(
                        choices=[("live", "Live"), ("bulk", "Bulk")], default="live", max_length=4
                    ),
                ),
                ("due_at", models.DateTimeField()),
                ("leased_until", models.DateTimeField(null=True)),
                ("attempts", models.PositiveSmallIntegerField(default=0)),
                ("parked_at", models.DateTimeField(null=True)),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="duties",
                        to="authorizations.authorization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LedgerEntry",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("month", models.DateField()),
                ("version", models.PositiveIntegerField()),
                ("kind", models.CharField(max_length=20)),
                ("reserved_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("held_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("consumed_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("overage_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("used_after_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("limit_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("recorded_at", models.DateTimeField()),
                (
                    "allowance",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="authorizations.allowance",
                    ),
                ),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="entries",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.jurisdiction",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="LookUp",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("account", models.CharField(max_length=30)),
                (
                    "result",
                    models.CharField(
                        choices=[
                            ("found", "found"),
                            ("unknown", "unknown"),
                            ("foreign", "another vendor's"),
                        ],
                        max_length=10,
                    ),
                ),
                ("at", models.DateTimeField()),
                (
                    "authorization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "organization",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.organization",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Ruleset",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("settings", models.JSONField()),
                ("created_at", models.DateTimeField()),
                (
                    "approved_by",
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
            ],
        ),
        migrations.AddField(
            model_name="authorization",
            name="ruleset",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                to="authorizations.ruleset",
            ),
        ),
        migrations.CreateModel(
            name="Sale",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("version", models.PositiveIntegerField()),
                ("is_void", models.BooleanField(default=False)),
                ("reason", models.CharField(blank=True, max_length=1000)),
                ("quantity_value", models.DecimalField(decimal_places=3, max_digits=18)),
                ("quantity_unit", models.CharField(max_length=10)),
                ("product_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("net_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("sold_at", models.DateTimeField()),
                ("sold_on", models.DateField()),
                ("recorded_at", models.DateTimeField()),
                ("plate", models.CharField(max_length=15)),
                ("driver_document", models.CharField(blank=True, max_length=30)),
                ("driver_license", models.CharField(blank=True, max_length=30)),
                ("invoice", models.CharField(blank=True, max_length=50)),
                ("guide", models.CharField(blank=True, max_length=50)),
                ("gross_kg", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                ("tare_kg", models.DecimalField(decimal_places=6, max_digits=20, null=True)),
                (
                    "seals",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=50), default=list, size=None
                    ),
                ),
                ("complete", models.BooleanField(default=False)),
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
                    "authorization",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="sales",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "buyer",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.organization",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.jurisdiction",
                    ),
                ),
                (
                    "product",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="precursors.product",
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "replaces",
                    models.OneToOneField(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="replaced_by",
                        to="authorizations.sale",
                    ),
                ),
                (
                    "root",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="reports",
                        to="authorizations.sale",
                    ),
                ),
                (
                    "seller",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="registry.organization",
                    ),
                ),
                (
                    "site",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.site",
                    ),
                ),
                (
                    "vehicle",
                    models.ForeignKey(
                        db_index=False,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.vehicle",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Receipt",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("uuid", models.UUIDField(default=uuid6.uuid7, editable=False, unique=True)),
                ("version", models.PositiveIntegerField()),
                ("received_at", models.DateTimeField()),
                ("recorded_at", models.DateTimeField()),
                ("quantity_value", models.DecimalField(decimal_places=3, max_digits=18)),
                ("quantity_unit", models.CharField(max_length=10)),
                ("product_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                ("net_kg", models.DecimalField(decimal_places=6, max_digits=20)),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("satisfactory", "Everything arrived as sold"),
                            ("unsatisfactory", "Accepted, although something is wrong"),
                            ("refused", "Refused, nothing was accepted"),
                            ("partly_refused", "Partly refused"),
                            ("never_received", "Never received"),
                        ],
                        max_length=20,
                    ),
                ),
                (
                    "reasons",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(
                            choices=[
                                ("shortage", "Shortage"),
                                ("excess", "Excess"),
                                ("damage", "Damaged goods"),
                                ("seals", "Broken seals"),
                                ("other", "Other"),
                            ],
                            max_length=10,
                        ),
                        default=list,
                        size=None,
                    ),
                ),
                ("remarks", models.CharField(blank=True, max_length=500)),
                (
                    "api_key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.apikey",
                    ),
                ),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipts",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "recorded_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "sale",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="receipt",
                        to="authorizations.sale",
                    ),
                ),
            ],
        ),
        migrations.CreateModel(
            name="Agreement",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("version", models.PositiveIntegerField()),
                ("reason", models.CharField(max_length=1000)),
                ("recorded_at", models.DateTimeField()),
                (
                    "agreed_by",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
                (
                    "api_key",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to="registry.apikey",
                    ),
                ),
                (
                    "jurisdiction",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="registry.jurisdiction"
                    ),
                ),
                (
                    "authorization",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="authorizations.authorization",
                    ),
                ),
                (
                    "sale",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="agreements",
                        to="authorizations.sale",
                    ),
                ),
            ],
        ),
        migrations.AddConstraint(
            model_name="allowance",
            constraint=models.UniqueConstraint(
                fields=("organization", "precursor", "activity", "period_start", "period_end"),
                name="one_allowance_of_a_firm_in_a_period",
            ),
        ),
        migrations.AddConstraint(
            model_name="allowance",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consumed_kg__gte", 0),
                    ("held_kg__gte", 0),
                    ("reserved_kg__gte", 0),
                    ("overage_kg__gte", 0),
                ),
                name="allowance_is_never_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="allowance",
            constraint=models.CheckConstraint(
                condition=models.Q(("period_end__gte", models.F("period_start"))),
                name="period_has_days",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("parked_at__isnull", True)),
                fields=["lane", "due_at"],
                name="duty_to_claim",
            ),
        ),
        migrations.AddIndex(
            model_name="duty",
            index=models.Index(
                condition=models.Q(("parked_at__isnull", False)),
                fields=["parked_at"],
                name="duty_put_aside",
            ),
        ),
        migrations.AddConstraint(
            model_name="ledgerentry",
            constraint=models.UniqueConstraint(
                fields=("month", "authorization", "allowance", "version"),
                name="one_entry_of_a_version_on_an_allowance",
            ),
        ),
        migrations.AddIndex(
            model_name="lookup",
            index=models.Index(
                condition=models.Q(("result__in", ["unknown", "foreign"])),
                fields=["account", "at"],
                name="missed_lookup_of_account",
            ),
        ),
        migrations.AddConstraint(
            model_name="ruleset",
            constraint=models.UniqueConstraint(
                fields=("jurisdiction", "version"), name="rulesets_are_numbered_once"
            ),
        ),
        migrations.AddIndex(
            model_name="authorization",
            index=models.Index(
                fields=["jurisdiction", "-id"], name="authorization_of_jurisdiction"
            ),
        ),
        migrations.AddIndex(
            model_name="authorization",
            index=models.Index(fields=["buyer", "-id"], name="authorization_of_buyer"),
        ),
        migrations.AddIndex(
            model_name="authorization",
            index=models.Index(
                condition=models.Q(("looked_up_at__isnull", False)),
                fields=["seller", "-id"],
                name="authorization_of_seller",
            ),
        ),
        migrations.AddIndex(
            model_name="authorization",
            index=models.Index(
                condition=models.Q(("status__in", ["pending", "issued"])),
                fields=["buyer", "id"],
                name="live_authorization_of_buyer",
            ),
        ),
        migrations.AddIndex(
            model_name="authorization",
            index=models.Index(
                fields=["buyer", "precursor", "issued_at"], name="issued_to_buyer_lately"
            ),
        ),
        migrations.AddIndex(
            model_name="authorization",
            index=models.Index(
                condition=models.Q(("receipt_awaited_since__isnull", False)),
                fields=["buyer", "receipt_awaited_since"],
                name="awaits_receipt_of_buyer",
            ),
        ),
        migrations.AddIndex(
            model_name="authorization",
            index=models.Index(
                condition=models.Q(("status", "pending")),
                fields=["jurisdiction", "id"],
                name="pending_authorization",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.UniqueConstraint(fields=("code",), name="no_code_is_given_twice"),
        ),
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("consumed_kg__gte", 0),
                    ("held_kg__gte", 0),
                    ("reserved_kg__gte", 0),
                    ("overage_kg__gte", 0),
                ),
                name="authorization_is_never_negative",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    (
                        "consumed_kg",
                        django.db.models.functions.comparison.Least("sold_kg", "net_kg"),
                    ),
                    (
                        "sold_kg",
                        django.db.models.expressions.CombinedExpression(
                            models.F("consumed_kg"), "+", models.F("overage_kg")
                        ),
                    ),
                ),
                name="what_was_sold_is_consumed_or_overage",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        (
                            "reserved_kg",
                            django.db.models.expressions.CombinedExpression(
                                models.F("net_kg"), "-", models.F("consumed_kg")
                            ),
                        ),
                        ("status__in", ["pending", "issued"]),
                    ),
                    models.Q(
                        models.Q(("status__in", ["pending", "issued"]), _negated=True),
                        ("reserved_kg", 0),
                    ),
                    _connector="OR",
                ),
                name="only_a_live_code_reserves",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("code__isnull", False), ("net_kg__gt", 0)),
                    models.Q(("code__isnull", True), ("net_kg", 0), ("status", "closed")),
                    _connector="OR",
                ),
                name="an_authorization_without_a_code_is_of_zero",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("status", "issued"), _negated=True),
                    models.Q(("issued_at__isnull", False), ("valid_until__isnull", False)),
                    _connector="OR",
                ),
                name="an_issued_code_expires",
            ),
        ),
        migrations.AddConstraint(
            model_name="authorization",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("ended_at__isnull", True), ("status__in", ["pending", "issued"])),
                    models.Q(
                        models.Q(("status__in", ["pending", "issued"]), _negated=True),
                        ("ended_at__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="an_ended_code_says_when",
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["jurisdiction", "-id"], name="sale_of_jurisdiction"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                fields=["seller", "sold_on", "-sold_at", "-id"], name="sale_of_seller_on_day"
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["seller", "-id"], name="sale_of_seller"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(fields=["buyer", "-id"], name="sale_of_buyer"),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                condition=models.Q(("invoice", ""), _negated=True),
                fields=["seller", "invoice"],
                name="sale_by_invoice",
            ),
        ),
        migrations.AddIndex(
            model_name="sale",
            index=models.Index(
                condition=models.Q(("guide", ""), _negated=True),
                fields=["seller", "guide"],
                name="sale_by_guide",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.UniqueConstraint(
                fields=("authorization", "version"), name="one_sale_of_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("is_void", False), ("net_kg__gt", 0), ("quantity_value__gt", 0)),
                    models.Q(
                        ("is_void", True),
                        ("net_kg", 0),
                        ("quantity_value", 0),
                        ("replaces__isnull", False),
                    ),
                    _connector="OR",
                ),
                name="sale_quantity_is_positive",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("replaces__isnull", True), ("root__isnull", True)),
                    models.Q(("replaces__isnull", False), ("root__isnull", False)),
                    _connector="OR",
                ),
                name="only_a_correction_has_a_root",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("replaces__isnull", True),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="a_correction_gives_its_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="sale",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("gross_kg__isnull", True), ("tare_kg__isnull", True)),
                    models.Q(("gross_kg__gte", models.F("tare_kg")), ("tare_kg__gte", 0)),
                    _connector="OR",
                ),
                name="gross_is_not_under_tare",
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.UniqueConstraint(
                fields=("authorization", "version"), name="one_receipt_of_a_version"
            ),
        ),
        migrations.AddConstraint(
            model_name="receipt",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("net_kg", 0),
                        ("outcome__in", ["refused", "never_received"]),
                        ("quantity_value", 0),
                    ),
                    models.Q(
                        models.Q(("outcome__in", ["refused", "never_received"]), _negated=True),
                        ("quantity_value__gt", 0),
                    ),
                    _connector="OR",
                ),
                name="nothing_is_accepted_only_when_nothing_arrived",
            ),
        ),
        migrations.AddConstraint(
            model_name="agreement",
            constraint=models.UniqueConstraint(
                fields=("authorization", "version"), name="one_agreement_of_a_version"
            ),
        ),
        *GUARDS,
    ]
