"""The addresses of the REST API, version 1."""

from django.urls import path

from api import docs
from api.v1 import (
    amendments,
    catalogue,
    codes,
    firms,
    flags,
    licenses,
    me,
    permits,
    places,
    proposals,
    rows,
    sales,
)

CODE = "authorizations/<str:code>"

app_name = "api"
urlpatterns = [
    path("openapi.json", docs.schema, name="schema"),
    path("me", me.Me.as_view(), name="me"),
    path("precursors", catalogue.Precursors.as_view(), name="precursors"),
    path("precursors/<str:code>", rows.PrecursorDetail.as_view(), name="precursor"),
    path("products", catalogue.Products.as_view(), name="products"),
    path("products/<str:code>", rows.ProductDetail.as_view(), name="product"),
    path(
        "products/<str:code>/versions",
        catalogue.ProductVersions.as_view(),
        name="product_versions",
    ),
    path("organizations", firms.Organizations.as_view(), name="organizations"),
    path("organizations/<str:tax_id>", rows.OrganizationDetail.as_view(), name="organization"),
    path("licenses", licenses.Licenses.as_view(), name="licenses"),
    path("licenses/<path:number>/suspend", licenses.LicenseSuspension.as_view(), name="suspend"),
    path(
        "licenses/<path:number>/reinstate",
        licenses.LicenseReinstatement.as_view(),
        name="reinstate",
    ),
    path(
        "licenses/<path:number>/revoke",
        licenses.LicenseRevocation.as_view(),
        name="revoke_license",
    ),
    path("licenses/<path:number>", rows.LicenseDetail.as_view(), name="license"),
    path("permits", permits.Permits.as_view(), name="permits"),
    path("permits/<uuid:id>", rows.PermitDetail.as_view(), name="permit"),
    path("sites", places.Sites.as_view(), name="sites"),
    path("sites/<uuid:id>", rows.SiteDetail.as_view(), name="site"),
    path("sites/<uuid:id>/end", places.SiteEnd.as_view(), name="end_site"),
    path("sites/<uuid:id>/amend", amendments.SiteAmendment.as_view(), name="amend_site"),
    path("vehicles", places.Vehicles.as_view(), name="vehicles"),
    path("vehicles/<str:plate>", rows.VehicleDetail.as_view(), name="vehicle"),
    path("vehicles/<str:plate>/end", places.VehicleEnd.as_view(), name="end_vehicle"),
    path(
        "vehicles/<str:plate>/amend",
        amendments.VehicleAmendment.as_view(),
        name="amend_vehicle",
    ),
    path("proposals", proposals.Proposals.as_view(), name="proposals"),
    path("proposals/<uuid:id>", proposals.ProposalDetail.as_view(), name="proposal"),
    path("headroom", codes.Headroom.as_view(), name="headroom"),
    path("authorizations", codes.Authorizations.as_view(), name="authorizations"),
    path(CODE, codes.AuthorizationDetail.as_view(), name="authorization"),
    path(f"{CODE}/cancel", codes.Cancellation.as_view(), name="cancel"),
    path(f"{CODE}/issue", codes.Issue.as_view(), name="issue"),
    path(f"{CODE}/refuse", codes.Refusal.as_view(), name="refuse"),
    path(f"{CODE}/revoke", codes.Revocation.as_view(), name="revoke"),
    path(f"{CODE}/not-sold", codes.NotSold.as_view(), name="not_sold"),
    path(f"{CODE}/release", codes.Release.as_view(), name="release"),
    path(f"{CODE}/sales", sales.CodeSales.as_view(), name="code_sales"),
    path("sales", sales.Sales.as_view(), name="sales"),
    path("sales/<uuid:id>", sales.SaleDetail.as_view(), name="sale"),
    path("sales/<uuid:id>/correction", sales.Correction.as_view(), name="correction"),
    path("sales/<uuid:id>/void", sales.Void.as_view(), name="void"),
    path("sales/<uuid:id>/agree", sales.Agreement.as_view(), name="agree"),
    path("sales/<uuid:id>/confirm-claim", sales.ClaimConfirmation.as_view(), name="confirm_claim"),
    path("sales/<uuid:id>/receipt", sales.Receipts.as_view(), name="receipt"),
    path(
        "sales/<uuid:id>/receipt/correction",
        sales.ReceiptCorrection.as_view(),
        name="receipt_correction",
    ),
    path("flags", flags.Flags.as_view(), name="flags"),
    path("flags/<uuid:id>", flags.FlagDetail.as_view(), name="flag"),
    path("flags/<uuid:id>/review", flags.Review.as_view(), name="review"),
]
