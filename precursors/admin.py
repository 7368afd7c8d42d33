"""The catalogue in the admin, read-only except for a precursor's tolerance cap."""

from decimal import Decimal

from django.contrib import admin
from django.db.models import QuerySet
from django.forms import ModelForm, ValidationError
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from precursors import operations
from precursors.models import Precursor, Product


class CatalogueAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Rows that come only from the data files and the authority's verbs."""

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False


class CapForm(ModelForm):  # type: ignore[type-arg]  # not subscriptable at run time
    """A tolerance cap is set and lowered: raising it would hide what was flagged before."""

    def clean_tolerance_cap_kg(self) -> Decimal | None:
        cap, before = self.cleaned_data["tolerance_cap_kg"], self.initial["tolerance_cap_kg"]
        if before is not None and (cap is None or cap > before):
            raise ValidationError(_("One person can lower this, not raise or remove it."))
        return cap  # type: ignore[no-any-return]


@admin.register(Precursor)
class PrecursorAdmin(CatalogueAdmin):
    form = CapForm
    list_display = ("name", "cas", "un_table", "peru_listed", "hs_code", "tolerance_cap_kg")
    list_filter = ("un_table", "peru_listed", "us_list", "physical_state")
    search_fields = ("search_text",)
    exclude = ("search_text", "sort_en", "sort_es")

    def get_readonly_fields(self, request: HttpRequest, obj: object = None) -> list[str]:
        names = [field.name for field in Precursor._meta.fields]
        return [name for name in names if name not in ("tolerance_cap_kg", *self.exclude)]

    def save_model(
        self, request: HttpRequest, obj: Precursor, form: "ModelForm[Precursor]", change: bool
    ) -> None:
        obj.save(update_fields=form.changed_data)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Precursor], search_term: str
    ) -> tuple[QuerySet[Precursor], bool]:
        found = operations.search_precursors(search_term).order_by()
        return queryset.filter(pk__in=found), False


@admin.register(Product)
class ProductAdmin(CatalogueAdmin):
    list_display = (
        "name",
        "jurisdiction_code",
        "code",
        "version",
        "concentration_percent",
        "density_kg_per_l",
        "superseded_at",
    )
    list_filter = ("jurisdiction_code", ("superseded_at", admin.EmptyFieldListFilter))
    list_select_related = ("precursor",)
    search_fields = ("search_text", "precursor__search_text")
    exclude = ("search_text", "sort_en", "sort_es")

    def has_change_permission(self, request: HttpRequest, obj: object = None) -> bool:
        return False
