"""What the admin calls the register, its models and their fields.

Set on the models once they are loaded: names alone are not worth a migration.
"""

from django.apps import apps
from django.utils.translation import pgettext_lazy

from registry import models

APPS = {
    "registry": pgettext_lazy("admin", "Register"),
    "precursors": pgettext_lazy("admin", "Catalogue"),
}
# One and several.
MODELS = {
    models.Organization: (pgettext_lazy("admin", "firm"), pgettext_lazy("admin", "firms")),
    models.License: (pgettext_lazy("admin", "license"), pgettext_lazy("admin", "licenses")),
    models.Permit: (pgettext_lazy("admin", "permit"), pgettext_lazy("admin", "permits")),
    models.Event: (pgettext_lazy("admin", "event"), pgettext_lazy("admin", "events")),
    models.User: (pgettext_lazy("admin", "person"), pgettext_lazy("admin", "people")),
    models.Membership: (
        pgettext_lazy("admin", "membership"),
        pgettext_lazy("admin", "memberships"),
    ),
    models.ApiKey: (pgettext_lazy("admin", "API key"), pgettext_lazy("admin", "API keys")),
    models.Invitation: (
        pgettext_lazy("admin", "invitation"),
        pgettext_lazy("admin", "invitations"),
    ),
    models.Jurisdiction: (
        pgettext_lazy("admin", "jurisdiction"),
        pgettext_lazy("admin", "jurisdictions"),
    ),
    models.LicenseStep: (
        pgettext_lazy("admin", "step of a license"),
        pgettext_lazy("admin", "steps of licenses"),
    ),
    models.Site: (pgettext_lazy("admin", "site"), pgettext_lazy("admin", "sites")),
    models.Vehicle: (pgettext_lazy("admin", "vehicle"), pgettext_lazy("admin", "vehicles")),
    models.Driver: (pgettext_lazy("admin", "driver"), pgettext_lazy("admin", "drivers")),
}
FIELDS = {
    "id": pgettext_lazy("admin", "number of the row"),
    "uuid": pgettext_lazy("admin", "identifier"),
    "jurisdiction": pgettext_lazy("admin", "jurisdiction"),
    "country": pgettext_lazy("admin", "country"),
    "tax_id": pgettext_lazy("admin", "tax number (RUC)"),
    "name": pgettext_lazy("admin", "name"),
    "search_text": pgettext_lazy("admin", "text for searching"),
    "created_at": pgettext_lazy("admin", "entered"),
    "organization": pgettext_lazy("admin", "firm"),
    "organizations": pgettext_lazy("admin", "firms"),
    "number": pgettext_lazy("admin", "number"),
    "valid_from": pgettext_lazy("admin", "first day"),
    "valid_to": pgettext_lazy("admin", "last day"),
    "standing": pgettext_lazy("admin", "standing"),
    "license": pgettext_lazy("admin", "license"),
    "precursor": pgettext_lazy("admin", "precursor"),
    "activity": pgettext_lazy("admin", "activity"),
    "period": pgettext_lazy("admin", "period"),
    "limit_kg": pgettext_lazy("admin", "limit (kg)"),
    "automatic_limit_kg": pgettext_lazy("admin", "automatic limit (kg)"),
    "limit_value": pgettext_lazy("admin", "limit as entered"),
    "limit_unit": pgettext_lazy("admin", "unit of the limit"),
    "automatic_limit_value": pgettext_lazy("admin", "automatic limit as entered"),
    "automatic_limit_unit": pgettext_lazy("admin", "unit of the automatic limit"),
    "state": pgettext_lazy("admin", "state"),
    "decided_at": pgettext_lazy("admin", "decision"),
    "proposed_by": pgettext_lazy("admin", "proposed by"),
    "proposed_key": pgettext_lazy("admin", "proposed with the key"),
    "approved_by": pgettext_lazy("admin", "approved by"),
    "raises_limit": pgettext_lazy("admin", "raises a limit"),
    "month": pgettext_lazy("admin", "month"),
    "kind": pgettext_lazy("admin", "kind"),
    "subject_kind": pgettext_lazy("admin", "kind of the subject"),
    "subject_id": pgettext_lazy("admin", "number of the subject"),
    "sequence": pgettext_lazy("admin", "sequence"),
    "at": pgettext_lazy("admin", "moment"),
    "data": pgettext_lazy("admin", "data"),
    "user": pgettext_lazy("admin", "person"),
    "api_key": pgettext_lazy("admin", "API key"),
    "transaction": pgettext_lazy("admin", "transaction"),
    "email": pgettext_lazy("admin", "e-mail address"),
    "language": pgettext_lazy("admin", "language"),
    "session_generation": pgettext_lazy("admin", "times that all sessions were ended"),
    "is_active": pgettext_lazy("admin", "active"),
    "role": pgettext_lazy("admin", "role"),
    "invitation": pgettext_lazy("admin", "invitation"),
    "ended_at": pgettext_lazy("admin", "end of access"),
    "ended_how": pgettext_lazy("admin", "how access ended"),
    "ending": pgettext_lazy("admin", "proposal that ended it"),
    "prefix": pgettext_lazy("admin", "prefix"),
    "scopes": pgettext_lazy("admin", "scopes"),
    "revoked_at": pgettext_lazy("admin", "revocation"),
    "expires_at": pgettext_lazy("admin", "end of validity"),
    "addresses": pgettext_lazy("admin", "networks it is used from"),
    "requests_a_minute": pgettext_lazy("admin", "requests a minute"),
    "last_used_at": pgettext_lazy("admin", "last use"),
    "last_used_from": pgettext_lazy("admin", "address of the last use"),
    "sponsor": pgettext_lazy("admin", "who answers for it"),
    "largest_limit_kg": pgettext_lazy("admin", "largest limit it may grant (kg)"),
    "acts_a_day": pgettext_lazy("admin", "acts a day"),
    "proposal": pgettext_lazy("admin", "proposal"),
    "entered_by_one": pgettext_lazy("admin", "entered by one person"),
    "invited_by": pgettext_lazy("admin", "invited by"),
    "invited_key": pgettext_lazy("admin", "invited with the key"),
    "approved_at": pgettext_lazy("admin", "approval"),
    "withdrawn_at": pgettext_lazy("admin", "withdrawal"),
    "accepted_at": pgettext_lazy("admin", "acceptance"),
    "code": pgettext_lazy("admin", "code"),
    "time_zone": pgettext_lazy("admin", "time zone"),
    "is_test": pgettext_lazy("admin", "test jurisdiction"),
    "issuing_halted_at": pgettext_lazy("admin", "issue of codes halted"),
    "reason": pgettext_lazy("admin", "reason"),
    "proposed_at": pgettext_lazy("admin", "proposal"),
    "address": pgettext_lazy("admin", "address"),
    "ubigeo": pgettext_lazy("admin", "ubigeo"),
    "latitude": pgettext_lazy("admin", "latitude"),
    "longitude": pgettext_lazy("admin", "longitude"),
    "storage_limit_value": pgettext_lazy("admin", "storage limit as entered"),
    "storage_limit_unit": pgettext_lazy("admin", "unit of the storage limit"),
    "storage_limit_kg": pgettext_lazy("admin", "storage limit (kg)"),
    "retired_at": pgettext_lazy("admin", "retirement"),
    "plate": pgettext_lazy("admin", "plate"),
    "capacity_value": pgettext_lazy("admin", "capacity"),
    "capacity_unit": pgettext_lazy("admin", "unit of the capacity"),
    "document": pgettext_lazy("admin", "DNI or other identity document"),
}
OF_DJANGO = {"password", "last_login", "is_superuser"}  # which names them itself


def name_register() -> None:
    """Give the register's apps, models and fields their names."""
    for label, name in APPS.items():
        apps.get_app_config(label).verbose_name = name
    for model, (one, several) in MODELS.items():
        model._meta.verbose_name, model._meta.verbose_name_plural = one, several
        for field in model._meta.fields:
            if field.name in FIELDS:
                field.verbose_name = FIELDS[field.name]
