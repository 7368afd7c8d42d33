"""The admin: what operators of the system may see."""

from collections.abc import Iterable
from typing import Any

from django.contrib.admin import AdminSite
from django.db.models import Model
from django.utils.translation import gettext_lazy as _

OURS = ("precursors", "registry")


class PortalSite(AdminSite):
    """Shows only the portal's own rows.

    Other applications register pages on which e-mail addresses, second factors and their secrets
    can be read and changed, without an invitation or a second officer.
    """

    site_header = site_title = _("Precursor portal")
    index_title = _("Administration")

    def register(self, model_or_iterable: Any, *args: Any, **options: Any) -> None:
        several = not isinstance(model_or_iterable, type)
        models: Iterable[type[Model]] = model_or_iterable if several else [model_or_iterable]
        ours = [model for model in models if model._meta.app_label in OURS]
        super().register(ours, *args, **options)
