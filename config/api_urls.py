"""The addresses of the REST API, version 1."""

from django.urls import path

from config import api_docs
from precursors import api as catalogue
from registry import api as register

app_name = "api"
urlpatterns = [
    path("openapi.json", api_docs.schema, name="schema"),
    path("precursors", catalogue.Precursors.as_view(), name="precursors"),
    path("products", catalogue.Products.as_view(), name="products"),
    path("organizations", register.Organizations.as_view(), name="organizations"),
    path("licenses", register.Licenses.as_view(), name="licenses"),
    path("licenses/<path:number>/suspend", register.LicenseSuspension.as_view(), name="suspend"),
    path(
        "licenses/<path:number>/reinstate",
        register.LicenseReinstatement.as_view(),
        name="reinstate",
    ),
    path("permits", register.Permits.as_view(), name="permits"),
    path("sites", register.Sites.as_view(), name="sites"),
    path("vehicles", register.Vehicles.as_view(), name="vehicles"),
]
