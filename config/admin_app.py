"""Replaces Django's admin site with the portal's own."""

from django.contrib.admin.apps import AdminConfig


class PortalAdmin(AdminConfig):
    default_site = "config.admin_site.PortalSite"
