"""The register's pages."""

from django.urls import path

from pages.register import approvals, firms, issuing, keys, people, places, proposals

app_name = "register"

urlpatterns = [
    path("firms/", firms.firm_list, name="firms"),
    path("firms/new/", firms.firm_new, name="firm_new"),
    path("firms/<uuid:uuid>/", firms.firm, name="firm"),
    path("firms/<uuid:uuid>/license/", firms.license_new, name="license_new"),
    path("firms/<uuid:uuid>/site/", firms.site_new, name="site_new"),
    path("firms/<uuid:uuid>/vehicle/", firms.vehicle_new, name="vehicle_new"),
    path("firms/<uuid:uuid>/driver/", firms.driver_new, name="driver_new"),
    path("firms/<uuid:uuid>/invite/", people.invite_to_firm, name="firm_invite"),
    path("licenses/<uuid:uuid>/permit/", approvals.permit_new, name="permit_new"),
    path("licenses/<uuid:uuid>/suspend/", approvals.suspend, name="license_suspend"),
    path("licenses/<uuid:uuid>/reinstate/", approvals.reinstate, name="license_reinstate"),
    path("approvals/", proposals.approvals, name="approvals"),
    path("approvals/<uuid:uuid>/", proposals.proposal, name="proposal"),
    path("approvals/permits/<uuid:uuid>/", proposals.proposal_before, name="permit"),
    path("approvals/products/<uuid:uuid>/", proposals.proposal_before, name="product_version"),
    path("approvals/sites/<uuid:uuid>/", proposals.proposal_before, name="amendment"),
    path("issuing/", issuing.resume, name="resume_issuing"),
    path("places/", places.places, name="places"),
    path("places/<str:kind>/<uuid:uuid>/", places.place, name="place"),
    path("places/<str:kind>/<uuid:uuid>/change/", places.amend, name="place_amend"),
    path("places/<str:kind>/<uuid:uuid>/retire/", places.retire, name="place_retire"),
    path("people/", people.people, name="people"),
    path("people/invite/", people.invite, name="invite"),
    path("keys/", keys.keys, name="keys"),
    path("keys/<str:prefix>/end/", keys.end, name="key_end"),
    path("people/<int:pk>/end/", people.end, name="member_end"),
    path("people/<int:pk>/recover/", people.recover, name="member_recover"),
    path("recovery/<str:token>/", people.recovery, name="recovery"),
    path("recovery/", people.lost, name="lost"),
    path("people/<int:pk>/sign-out/", people.sign_out, name="member_sign_out"),
    path("invitation/<str:token>/", people.invitation, name="invitation"),
    path("membership/", people.membership, name="membership"),
]
