"""The addresses of the officers' pages."""

from django.urls import path

from pages.officer import access_record, authorizations, case, pending, queue

app_name = "officer"
urlpatterns = [
    path("access/", access_record.access_record, name="access"),
    path("queue/", queue.queue, name="queue"),
    path("queue/<uuid:uuid>/", case.case, name="case"),
    path("pending/", pending.pending, name="pending"),
    path("pending/<uuid:uuid>/", pending.decide, name="decide"),
    path("oversight/", authorizations.find_authorizations, name="authorizations"),
    path("oversight/<uuid:uuid>/", authorizations.show_authorization, name="authorization"),
    path("oversight/<uuid:uuid>/revoke/", authorizations.revoke, name="revoke"),
    path("oversight/<uuid:uuid>/release/", authorizations.release, name="release"),
    path("oversight/sales/<uuid:uuid>/agree/", authorizations.agree, name="agree"),
    path(
        "oversight/sales/<uuid:uuid>/confirm/", authorizations.confirm_claim, name="confirm_claim"
    ),
    path("licenses/<uuid:uuid>/revoke/", authorizations.revoke_license, name="license_revoke"),
]
