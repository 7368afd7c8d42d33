"""The addresses of the vendor's pages."""

from django.urls import path

from pages.seller import counter, sales

app_name = "seller"
urlpatterns = [
    path("counter/", counter.counter, name="counter"),
    path("counter/codes/", counter.codes, name="codes"),
    path("counter/<uuid:uuid>/", counter.code, name="code"),
    path("counter/<uuid:uuid>/sale/", sales.record, name="record"),
    path("counter/<uuid:uuid>/not-sold/", counter.not_sold, name="not_sold"),
    path("sales/", sales.sales, name="sales"),
    path("sales/without-code/", sales.record_codeless, name="record_codeless"),
    path("sales/<uuid:uuid>/", sales.sale, name="sale"),
    path("sales/<uuid:uuid>/status/", sales.sale_status, name="sale_status"),
    path("sales/<uuid:uuid>/correction/", sales.correct, name="correct"),
    path("sales/<uuid:uuid>/void/", sales.void, name="void"),
]
