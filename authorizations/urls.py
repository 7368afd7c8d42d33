"""The pages of codes, sales and flags."""

from django.urls import path

from authorizations.views.buyer import purchases, requests
from authorizations.views.regulator import case, oversight, pending, queue
from authorizations.views.vendor import counter, sales

app_name = "authorizations"

officers = [
    path("queue/", queue.queue, name="queue"),
    path("queue/<uuid:uuid>/", case.case, name="case"),
    path("pending/", pending.pending, name="pending"),
    path("pending/<uuid:uuid>/", pending.decide, name="decide"),
    path("oversight/", oversight.find, name="find"),
    path("oversight/<uuid:uuid>/", oversight.oversight, name="oversight"),
    path("oversight/<uuid:uuid>/revoke/", oversight.revoke, name="revoke"),
    path("oversight/<uuid:uuid>/release/", oversight.release, name="release"),
    path("oversight/sales/<uuid:uuid>/agree/", oversight.agree, name="agree"),
    path("licenses/<uuid:uuid>/revoke/", oversight.revoke_license, name="license_revoke"),
]

buyers = [
    path("request/", requests.start, name="request"),
    path("request/<uuid:draft>/product/", requests.product, name="request_product"),
    path("request/<uuid:draft>/quantity/", requests.quantity, name="request_quantity"),
    path("request/<uuid:draft>/vendor/", requests.vendor, name="request_vendor"),
    path("request/<uuid:draft>/delivery/", requests.delivery, name="request_delivery"),
    path("request/<uuid:draft>/check/", requests.check, name="request_check"),
    path("purchases/", purchases.history, name="purchases"),
    path("purchases/table.csv", purchases.history_csv, name="purchases_csv"),
    path("purchases/<uuid:uuid>/", purchases.purchase, name="purchase"),
    path("purchases/<uuid:uuid>/code/", requests.confirmation, name="confirmation"),
    path("purchases/<uuid:uuid>/cancel/", purchases.cancel, name="cancel"),
    path("purchases/sales/<uuid:uuid>/receipt/", purchases.receipt, name="receipt"),
]

vendors = [
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

urlpatterns = [*officers, *buyers, *vendors]
