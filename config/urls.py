"""Every address of the portal."""

from django.conf import settings
from django.contrib import admin
from django.http import HttpRequest, HttpResponseRedirect
from django.shortcuts import redirect
from django.templatetags.static import static
from django.urls import include, path

from api import docs
from config import health, metrics
from pages import session
from pages.home import home


def icon(request: HttpRequest) -> HttpResponseRedirect:
    """Redirect to the icon: browsers request this address for what is no page."""
    return redirect(static("img/favicon.svg"))


urlpatterns = [
    path("", home, name="home"),
    path("healthz", health.healthz),
    path("readyz", health.readyz),
    path("metrics", metrics.metrics),
    path("accounts/", include("pages.account.urls")),
    path("session/", session.renew, name="session"),
    path("favicon.ico", icon, name="favicon"),
    path("language/", include("django.conf.urls.i18n")),
    path("api/v1/", include("api.urls")),
    path("api/docs/", docs.Docs.as_view(), name="api_docs"),
    path("", include("pages.register.urls")),
    path("", include("pages.buyer.urls")),
    path("", include("pages.seller.urls")),
    path("", include("pages.officer.urls")),
    path("admin/", admin.site.urls),
]
if settings.DEMO_MODE:
    urlpatterns.append(path("demo/", include("demo.urls")))

handler400 = "config.errors.bad_request"
handler403 = "config.errors.forbidden"
handler404 = "config.errors.missing"
handler500 = "config.errors.server_error"
