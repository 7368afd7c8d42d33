"""Puts the portal's own site in the place of Django's."""

from django.contrib.admin.apps import AdminConfig


class PortalAdmin(AdminConfig):
    default_site = "config.admin_site.PortalSite"
