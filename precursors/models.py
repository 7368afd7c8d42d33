"""What is controlled: substances, and the forms in which they are traded."""

from decimal import Decimal

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import (
    MaxValueValidator,
    MinValueValidator,
    ProhibitNullCharactersValidator,
)
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from precursors import quantities
from precursors.quantities import Quantity, Unit
from precursors.search import SORT_KEY_LENGTH
from precursors.signs import is_text

NO_NULS = [ProhibitNullCharactersValidator()]
# The densest liquid, mercury, has 13.5 kg/L; the densest matter, osmium, 22.6.
DENSITIES = [MinValueValidator(Decimal("0.00001")), MaxValueValidator(Decimal(25))]


# Oleum is told as the acid that it makes with water: sulfur trioxide alone makes 122.5 % of it.
CONCENTRATION_MAX, OLEUM_MAX = Decimal(100), Decimal("122.5")
AT_MOST_100 = _("At most 100 %, or the product must say that it is oleum.")


class UnTable(models.TextChoices):
    """The table of the 1988 United Nations Convention that lists a substance."""

    TABLE_I = "I", _("Table I")
    TABLE_II = "II", _("Table II")
    NONE = "none", _("Not in the tables")


class UsList(models.TextChoices):
    LIST_I = "I", _("List I")
    LIST_II = "II", _("List II")
    NONE_OR_UNVERIFIED = "none_or_unverified", _("None, or not verified")


class PhysicalState(models.TextChoices):
    SOLID = "solid", _("solid")
    LIQUID = "liquid", _("liquid")
    GAS = "gas", _("gas")
    SOLUTION = "aqueous solution", _("aqueous solution")


class Presentation(models.TextChoices):
    BULK = "bulk", _("In bulk")
    PACKED = "packed", _("Packed")


class Precursor(models.Model):
    """A controlled substance. An empty field means that no source was found for it."""

    code = models.SlugField(_("code"), max_length=64, unique=True)
    name_en = models.CharField(_("name in English"), max_length=200)
    name_es = models.CharField(_("name in Spanish"), max_length=200)
    cas = models.CharField(_("CAS number"), max_length=12, blank=True)
    un_table = models.CharField(_("United Nations table"), max_length=4, choices=UnTable)
    peru_listed = models.BooleanField(_("listed in Peru"))
    # The mining inputs are listed too, under another law: this distinguishes them.
    peru_list_source = models.CharField(_("Peruvian legal source"), max_length=200, blank=True)
    peru_min_concentration_percent = models.DecimalField(
        _("controlled in Peru above (%)"), max_digits=7, decimal_places=4, null=True, blank=True
    )
    us_list = models.CharField(_("United States list"), max_length=18, choices=UsList)
    hs_code = models.CharField(_("HS code"), max_length=6, blank=True)
    molar_mass_g_mol = models.DecimalField(
        _("molar mass (g/mol)"), max_digits=8, decimal_places=3, null=True, blank=True
    )
    # Of the pure liquid at 20 °C: never that of a solution or a technical grade.
    density_kg_per_l = models.DecimalField(
        _("density of the pure liquid (kg/L)"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=DENSITIES,
    )
    physical_state = models.CharField(
        _("physical state"), max_length=16, choices=PhysicalState, blank=True
    )
    synonyms = ArrayField(models.CharField(max_length=200), default=list, blank=True)
    notes = models.TextField(_("notes"), blank=True)
    tolerance_cap_kg = models.DecimalField(
        _("largest tolerance (kg)"),
        max_digits=20,
        decimal_places=6,
        null=True,
        blank=True,
        help_text=_("No sale may exceed its code by more than this. Empty: no cap."),
    )
    search_text = models.TextField(editable=False)
    sort_en = models.CharField(max_length=SORT_KEY_LENGTH, editable=False)
    sort_es = models.CharField(max_length=SORT_KEY_LENGTH, editable=False)

    class Meta:
        ordering = ["sort_en"]
        verbose_name = _("precursor")
        verbose_name_plural = _("precursors")
        constraints = [
            models.CheckConstraint(
                condition=Q(density_kg_per_l=None) | Q(density_kg_per_l__gt=0),
                name="precursor_density_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(molar_mass_g_mol=None) | Q(molar_mass_g_mol__gt=0),
                name="precursor_molar_mass_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(tolerance_cap_kg=None) | Q(tolerance_cap_kg__gte=0),
                name="precursor_tolerance_cap_is_not_negative",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language."""
        return self.name_in(get_language())

    def name_in(self, language: str | None) -> str:
        return self.name_es if is_spanish(language) else self.name_en


class Product(models.Model):
    """One version of a form of trade of a precursor.

    Authorizations and sales keep the version they were made with, so that their kilograms can be
    computed again: a change is a new version, and the old ones stay.
    """

    # Blank: in the catalogue shared by all, which no jurisdiction changes. An own product of the
    # same code, from when that was possible, replaces the shared one there.
    jurisdiction_code = models.CharField(_("jurisdiction"), max_length=16, blank=True, default="")
    code = models.SlugField(_("code"), max_length=64)
    version = models.PositiveIntegerField(_("version"), default=1)
    precursor = models.ForeignKey(
        Precursor, on_delete=models.PROTECT, related_name="products", verbose_name=_("precursor")
    )
    name_en = models.CharField(_("name in English"), max_length=200, validators=NO_NULS)
    name_es = models.CharField(
        _("name in Spanish"), max_length=200, blank=True, validators=NO_NULS
    )
    concentration_percent = models.DecimalField(
        _("concentration (% by mass)"),
        max_digits=7,
        decimal_places=4,
        validators=[MinValueValidator(Decimal("0.0001")), MaxValueValidator(OLEUM_MAX)],
    )
    density_kg_per_l = models.DecimalField(
        _("density at 20 °C (kg/L)"),
        max_digits=8,
        decimal_places=5,
        null=True,
        blank=True,
        validators=DENSITIES,
    )
    counts_whole = models.BooleanField(
        _("counts whole"),
        default=False,
        help_text=_("The whole mass counts against quotas."),
    )
    oleum = models.BooleanField(
        _("oleum"),
        default=False,
        db_default=False,
        help_text=_("It makes more acid than it weighs: its concentration may be over 100 %."),
    )
    presentation = models.CharField(
        _("presentation"), max_length=6, choices=Presentation, default=Presentation.BULK
    )
    scale_division_kg = models.DecimalField(
        _("scale division (kg)"), max_digits=9, decimal_places=4, default=Decimal("0.1")
    )
    expansion_per_kelvin = models.DecimalField(
        _("thermal expansion (per kelvin)"), max_digits=9, decimal_places=7, null=True, blank=True
    )
    source = models.TextField(_("source of the concentration"), blank=True)
    density_source = models.TextField(_("source of the density"), blank=True)
    # A version counts from its beginning until it is superseded; either may lie ahead.
    created_at = models.DateTimeField(_("since"), db_default=Now())
    superseded_at = models.DateTimeField(_("superseded"), null=True, blank=True)
    search_text = models.TextField(editable=False)
    sort_en = models.CharField(max_length=SORT_KEY_LENGTH, editable=False)
    sort_es = models.CharField(max_length=SORT_KEY_LENGTH, editable=False)

    class Meta:
        ordering = ["sort_en", "version"]
        verbose_name = _("product")
        verbose_name_plural = _("products")
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction_code", "code", "version"], name="product_version_is_unique"
            ),
            models.UniqueConstraint(
                fields=["jurisdiction_code", "code"],
                condition=Q(superseded_at=None),
                name="product_has_one_current_version",
            ),
            models.CheckConstraint(
                condition=Q(version__gte=1), name="product_versions_count_from_one"
            ),
            models.CheckConstraint(
                condition=Q(concentration_percent__gt=0)
                & (
                    Q(concentration_percent__lte=CONCENTRATION_MAX)
                    | Q(oleum=True, concentration_percent__lte=OLEUM_MAX)
                ),
                name="product_concentration_is_over_100_for_oleum_alone",
            ),
            models.CheckConstraint(
                condition=Q(density_kg_per_l=None) | Q(density_kg_per_l__gt=0),
                name="product_density_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(scale_division_kg__gt=0), name="product_scale_division_is_positive"
            ),
            models.CheckConstraint(
                condition=Q(expansion_per_kelvin=None) | Q(expansion_per_kelvin__gt=0),
                name="product_expansion_is_positive",
            ),
            models.CheckConstraint(
                condition=Q(superseded_at=None) | Q(superseded_at__gte=F("created_at")),
                name="product_is_not_superseded_before_it_begins",
            ),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def name(self) -> str:
        """The name in the reader's language; in English where there is no Spanish one."""
        return self.name_in(get_language())

    def name_in(self, language: str | None) -> str:
        return (is_spanish(language) and self.name_es) or self.name_en

    def clean(self) -> None:
        """Require names that are text, and of all but oleum at most 100 %."""
        if not (is_text(self.name_en) and is_text(self.name_es)):
            raise ValidationError({"name_en": _("This holds signs that are not text.")})
        given = self.concentration_percent
        if given is not None and given > CONCENTRATION_MAX and not self.oleum:
            raise ValidationError({"concentration_percent": AT_MOST_100})

    @property
    def is_current(self) -> bool:
        return self.superseded_at is None

    @property
    def units(self) -> list[Unit]:
        """The units it can be traded in: by volume only where its density is known."""
        volumes_too = self.density_kg_per_l is not None
        return [unit for unit in Unit if volumes_too or unit.dimension == "mass"]

    def product_kg(self, quantity: Quantity) -> Decimal:
        """Return the mass of a quantity of it, in kg. Raises Refused("density_unknown")."""
        return quantities.product_kg(quantity, self.density_kg_per_l)

    def net_kg(self, quantity: Quantity) -> Decimal:
        """Return the kg that count in quotas. Raises Refused: density_unknown, net_is_zero."""
        mass_kg = quantities.mass_kg(quantity, self.density_kg_per_l)
        return quantities.net_kg(mass_kg, self.concentration_percent, self.counts_whole)

    def largest_in_unit(self, net_kg: Decimal, unit: Unit) -> Decimal:
        """Return how much of it, in a unit, contains at most `net_kg`; rounded down, or zero."""
        return quantities.largest_in_unit(net_kg, unit, self)


def is_spanish(language: str | None) -> bool:
    return (language or "").startswith("es")
