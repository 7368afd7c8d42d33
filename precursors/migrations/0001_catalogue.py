from decimal import Decimal

import django.contrib.postgres.fields
import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.db import migrations, models

# A product's versions are what old authorizations were counted with: a version can only end, once.
KEEP_VERSIONS = """
CREATE FUNCTION product_version_is_kept() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'UPDATE' AND OLD.superseded_at IS NULL
        AND to_jsonb(NEW) - 'superseded_at' = to_jsonb(OLD) - 'superseded_at'
    THEN
        RETURN NEW;
    END IF;
    RAISE EXCEPTION 'Versions of a product are kept as they are: add a new one.'
        USING ERRCODE = 'restrict_violation';
END $$;
CREATE TRIGGER product_version_is_kept BEFORE UPDATE OR DELETE ON precursors_product
    FOR EACH ROW EXECUTE FUNCTION product_version_is_kept();
ALTER TABLE precursors_product ENABLE ALWAYS TRIGGER product_version_is_kept;
"""
FORGET_VERSIONS = """
DROP TRIGGER product_version_is_kept ON precursors_product;
DROP FUNCTION product_version_is_kept();
"""


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Precursor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("code", models.SlugField(max_length=64, unique=True, verbose_name="code")),
                ("name_en", models.CharField(max_length=200, verbose_name="name in English")),
                ("name_es", models.CharField(max_length=200, verbose_name="name in Spanish")),
                ("cas", models.CharField(blank=True, max_length=12, verbose_name="CAS number")),
                (
                    "un_table",
                    models.CharField(
                        choices=[
                            ("I", "Table I"),
                            ("II", "Table II"),
                            ("none", "Not in the tables"),
                        ],
                        max_length=4,
                        verbose_name="United Nations table",
                    ),
                ),
                ("peru_listed", models.BooleanField(verbose_name="listed in Peru")),
                (
                    "peru_list_source",
                    models.CharField(
                        blank=True, max_length=200, verbose_name="Peruvian legal source"
                    ),
                ),
                (
                    "peru_min_concentration_percent",
                    models.DecimalField(
                        blank=True,
                        decimal_places=4,
                        max_digits=7,
                        null=True,
                        verbose_name="controlled in Peru above (%)",
                    ),
                ),
                (
                    "us_list",
                    models.CharField(
                        choices=[
                            ("I", "List I"),
                            ("II", "List II"),
                            ("none_or_unverified", "None, or not verified"),
                        ],
                        max_length=18,
                        verbose_name="United States list",
                    ),
                ),
                ("hs_code", models.CharField(blank=True, max_length=6, verbose_name="HS code")),
                (
                    "molar_mass_g_mol",
                    models.DecimalField(
                        blank=True,
                        decimal_places=3,
                        max_digits=8,
                        null=True,
                        verbose_name="molar mass (g/mol)",
                    ),
                ),
                (
                    "density_kg_per_l",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        max_digits=8,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.00001")),
                            django.core.validators.MaxValueValidator(Decimal(25)),
                        ],
                        verbose_name="density of the pure liquid (kg/L)",
                    ),
                ),
                (
                    "physical_state",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("solid", "solid"),
                            ("liquid", "liquid"),
                            ("gas", "gas"),
                            ("aqueous solution", "aqueous solution"),
                        ],
                        max_length=16,
                        verbose_name="physical state",
                    ),
                ),
                (
                    "synonyms",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=200),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("notes", models.TextField(blank=True, verbose_name="notes")),
                (
                    "tolerance_cap_kg",
                    models.DecimalField(
                        blank=True,
                        decimal_places=6,
                        help_text="No sale may exceed its code by more than this. Empty: no cap.",
                        max_digits=20,
                        null=True,
                        verbose_name="largest tolerance (kg)",
                    ),
                ),
                ("search_text", models.TextField(editable=False)),
                ("sort_en", models.CharField(editable=False, max_length=200)),
                ("sort_es", models.CharField(editable=False, max_length=200)),
            ],
            options={
                "verbose_name": "precursor",
                "verbose_name_plural": "precursors",
                "ordering": ["sort_en"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("density_kg_per_l", None),
                            ("density_kg_per_l__gt", 0),
                            _connector="OR",
                        ),
                        name="precursor_density_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("molar_mass_g_mol", None),
                            ("molar_mass_g_mol__gt", 0),
                            _connector="OR",
                        ),
                        name="precursor_molar_mass_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("tolerance_cap_kg", None),
                            ("tolerance_cap_kg__gte", 0),
                            _connector="OR",
                        ),
                        name="precursor_tolerance_cap_is_not_negative",
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="Product",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "jurisdiction_code",
                    models.CharField(
                        blank=True, default="", max_length=16, verbose_name="jurisdiction"
                    ),
                ),
                ("code", models.SlugField(max_length=64, verbose_name="code")),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                (
                    "name_en",
                    models.CharField(
                        max_length=200,
                        validators=[django.core.validators.ProhibitNullCharactersValidator()],
                        verbose_name="name in English",
                    ),
                ),
                (
                    "name_es",
                    models.CharField(
                        blank=True,
                        max_length=200,
                        validators=[django.core.validators.ProhibitNullCharactersValidator()],
                        verbose_name="name in Spanish",
                    ),
                ),
                (
                    "concentration_percent",
                    models.DecimalField(
                        decimal_places=4,
                        max_digits=7,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.0001")),
                            django.core.validators.MaxValueValidator(Decimal(100)),
                        ],
                        verbose_name="concentration (% by mass)",
                    ),
                ),
                (
                    "density_kg_per_l",
                    models.DecimalField(
                        blank=True,
                        decimal_places=5,
                        max_digits=8,
                        null=True,
                        validators=[
                            django.core.validators.MinValueValidator(Decimal("0.00001")),
                            django.core.validators.MaxValueValidator(Decimal(25)),
                        ],
                        verbose_name="density at 20 °C (kg/L)",
                    ),
                ),
                (
                    "counts_whole",
                    models.BooleanField(
                        default=False,
                        help_text="The whole mass counts against quotas.",
                        verbose_name="counts whole",
                    ),
                ),
                (
                    "presentation",
                    models.CharField(
                        choices=[("bulk", "In bulk"), ("packed", "Packed")],
                        default="bulk",
                        max_length=6,
                        verbose_name="presentation",
                    ),
                ),
                (
                    "scale_division_kg",
                    models.DecimalField(
                        decimal_places=4,
                        default=Decimal("0.1"),
                        max_digits=9,
                        verbose_name="scale division (kg)",
                    ),
                ),
                (
                    "expansion_per_kelvin",
                    models.DecimalField(
                        blank=True,
                        decimal_places=7,
                        max_digits=9,
                        null=True,
                        verbose_name="thermal expansion (per kelvin)",
                    ),
                ),
                (
                    "source",
                    models.TextField(blank=True, verbose_name="source of the concentration"),
                ),
                (
                    "density_source",
                    models.TextField(blank=True, verbose_name="source of the density"),
                ),
                (
                    "created_at",
                    models.DateTimeField(
                        db_default=django.db.models.functions.datetime.Now(), verbose_name="since"
                    ),
                ),
                (
                    "superseded_at",
                    models.DateTimeField(blank=True, null=True, verbose_name="superseded"),
                ),
                ("search_text", models.TextField(editable=False)),
                ("sort_en", models.CharField(editable=False, max_length=200)),
                ("sort_es", models.CharField(editable=False, max_length=200)),
                (
                    "precursor",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="products",
                        to="precursors.precursor",
                        verbose_name="precursor",
                    ),
                ),
            ],
            options={
                "verbose_name": "product",
                "verbose_name_plural": "products",
                "ordering": ["sort_en", "version"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("jurisdiction_code", "code", "version"),
                        name="product_version_is_unique",
                    ),
                    models.UniqueConstraint(
                        condition=models.Q(("superseded_at", None)),
                        fields=("jurisdiction_code", "code"),
                        name="product_has_one_current_version",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("version__gte", 1)),
                        name="product_versions_count_from_one",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("concentration_percent__gt", 0), ("concentration_percent__lte", 100)
                        ),
                        name="product_concentration_is_over_0_and_at_most_100",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("density_kg_per_l", None),
                            ("density_kg_per_l__gt", 0),
                            _connector="OR",
                        ),
                        name="product_density_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("scale_division_kg__gt", 0)),
                        name="product_scale_division_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("expansion_per_kelvin", None),
                            ("expansion_per_kelvin__gt", 0),
                            _connector="OR",
                        ),
                        name="product_expansion_is_positive",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("superseded_at", None),
                            ("superseded_at__gte", models.F("created_at")),
                            _connector="OR",
                        ),
                        name="product_is_not_superseded_before_it_begins",
                    ),
                ],
            },
        ),
        migrations.RunSQL(KEEP_VERSIONS, FORGET_VERSIONS),
    ]
