"""The addresses of the buyer's pages."""

from django.urls import path

from pages.buyer import purchases, request

app_name = "buyer"
urlpatterns = [
    path("request/", request.start, name="request"),
    path("request/<uuid:draft>/product/", request.product, name="request_product"),
    path("request/<uuid:draft>/quantity/", request.quantity, name="request_quantity"),
    path("request/<uuid:draft>/vendor/", request.vendor, name="request_vendor"),
    path("request/<uuid:draft>/delivery/", request.delivery, name="request_delivery"),
    path("request/<uuid:draft>/check/", request.check, name="request_check"),
    path("purchases/", purchases.history, name="purchases"),
    path("purchases/table.csv", purchases.history_csv, name="purchases_csv"),
    path("purchases/<uuid:uuid>/", purchases.purchase, name="purchase"),
    path("purchases/<uuid:uuid>/code/", request.confirmation, name="confirmation"),
    path("purchases/<uuid:uuid>/cancel/", purchases.cancel, name="cancel"),
    path("purchases/sales/<uuid:uuid>/receipt/", purchases.receipt, name="receipt"),
    path(
        "purchases/sales/<uuid:uuid>/receipt/correction/",
        purchases.correct_receipt,
        name="correct_receipt",
    ),
    path("purchases/sales/<uuid:uuid>/not-mine/", purchases.not_mine, name="not_mine"),
]
