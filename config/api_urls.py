"""The addresses of the REST API, version 1."""

from django.urls import path

from config import api_docs
from precursors import api as catalogue

app_name = "api"
urlpatterns = [
    path("openapi.json", api_docs.schema, name="schema"),
    path("precursors", catalogue.Precursors.as_view(), name="precursors"),
    path("products", catalogue.Products.as_view(), name="products"),
]
