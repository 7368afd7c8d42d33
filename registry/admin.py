"""The register in the admin, read-only. Changes go through the verbs."""

from typing import Any

from allauth.account.decorators import secure_admin_login
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest

from precursors import signs
from registry import models
from registry.access import firms_found
from registry.admin_names import name_register


class ReadOnlyAdmin(admin.ModelAdmin):  # type: ignore[type-arg]  # not subscriptable at run time
    """Shows rows; adds, changes and deletes none."""

    show_full_result_count = False

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[Any], search_term: str
    ) -> tuple[QuerySet[Any], bool]:
        return super().get_search_results(request, queryset, signs.plain(search_term))

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False


@admin.register(models.Organization)
class OrganizationAdmin(ReadOnlyAdmin):
    list_display = ("name", "tax_id", "jurisdiction", "created_at")
    list_filter = ("jurisdiction",)
    search_fields = ("search_text",)

    def get_search_results(
        self, request: HttpRequest, queryset: QuerySet[models.Organization], search_term: str
    ) -> tuple[QuerySet[models.Organization], bool]:
        return firms_found(queryset, search_term), False


@admin.register(models.License)
class LicenseAdmin(ReadOnlyAdmin):
    list_display = ("number", "organization", "valid_from", "valid_to", "standing")
    list_filter = ("jurisdiction", "standing")
    search_fields = ("number",)


@admin.register(models.Permit)
class PermitAdmin(ReadOnlyAdmin):
    list_display = ("organization", "precursor", "activity", "limit_kg", "period", "state")
    list_filter = ("jurisdiction", "activity", "state")


@admin.register(models.Event)
class EventAdmin(ReadOnlyAdmin):
    list_display = ("at", "kind", "subject_kind", "subject_id", "user", "api_key")
    list_filter = ("jurisdiction", "subject_kind")


@admin.register(models.User)
class UserAdmin(ReadOnlyAdmin):
    list_display = ("email", "name", "is_active", "last_login")
    search_fields = ("email", "name")
    exclude = ("password",)


@admin.register(models.Membership)
class MembershipAdmin(ReadOnlyAdmin):
    list_display = ("user", "organization", "jurisdiction", "role", "ended_at")
    list_filter = ("jurisdiction", "role")


@admin.register(models.ApiKey)
class ApiKeyAdmin(ReadOnlyAdmin):
    list_display = ("prefix", "name", "organization", "jurisdiction", "revoked_at")
    list_filter = ("jurisdiction",)
    exclude = ("secret_hash",)


@admin.register(models.Invitation)
class InvitationAdmin(ReadOnlyAdmin):
    list_display = ("email", "role", "organization", "created_at", "expires_at", "accepted_at")
    exclude = ("token_hash",)


admin.site.register(
    [
        models.Jurisdiction,
        models.LicenseStep,
        models.Site,
        models.Vehicle,
        models.Driver,
    ],
    ReadOnlyAdmin,
)

name_register()

# Sign-in to the admin is the portal's, with its limits and second factor.
admin.site.login = secure_admin_login(admin.site.login)  # type: ignore[method-assign]
