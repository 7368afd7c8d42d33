"""Sales and receipts: what was reported, corrected, voided, agreed and received."""

from typing import Any
from uuid import UUID

from drf_spectacular.utils import extend_schema
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import ReasonBody
from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.bodies import (
    CodelessSaleBody,
    CorrectionBody,
    ReceiptBody,
    ReceiptCorrectionBody,
    SaleBody,
    SaleFilters,
)
from api.v1.codes import ByVendor
from api.v1.scopes import DECIDE, READ_FLAGGED, READ_TRADE
from api.v1.shapes import ReceiptShape, SaleShape, with_progress
from authorizations import access, codes, operations
from authorizations.models import Authorization, Sale
from oversight.access import traded_for
from precursors.errors import Refused

POINTERS = {
    **Endpoint.pointers,
    "/plate": "/vehicle/plate",
    "/trailers": "/vehicle/trailers",
}


class CodeSales(ByVendor):
    """Sales against a code, which the verb finds while it locks it."""

    pointers = POINTERS

    def found(self, text: str) -> Authorization:
        return Authorization(code=codes.normalize(text), seller=self.by.organization)

    def handle_exception(self, exc: Exception) -> Response:
        """Tell of an unknown code before all else, and count it."""
        unknown = isinstance(exc, Refused) and exc.code == "code_unknown"
        if unknown or (isinstance(exc, ValidationError) and not self.may_sell()):
            exc = operations.record_miss(self.kwargs["code"], by=self.by, reports=True)
        return super().handle_exception(exc)

    def may_sell(self) -> bool:
        return operations.may_sell_on(self.kwargs["code"], by=self.by)

    @extend_schema(request=SaleBody, responses={201: SaleShape})
    @idempotent(required=True, for_ever=True)
    def post(self, request: Request, code: str) -> Response:
        """Report a sale as it happened; a difference is flagged, never refused."""
        report = self.body(SaleBody)["report"]
        sale = operations.record_sale(self.authorization, report, by=self.by)
        return Response(SaleShape(sale, context={"is_new": True}).data, status=201)


class Sales(Endpoint):
    """All reports that concern the key's owner, corrections included."""

    query = SaleFilters
    scopes = {"GET": READ_TRADE, "POST": ("sell",)}
    firm_for = ("POST",)
    pointers = POINTERS

    @extend_schema(parameters=[SaleFilters], responses=SaleShape(many=True))
    def get(self, request: Request) -> Response:
        """List all reports that concern the key's owner, corrections included."""
        asked = self.filters()
        rows = [with_progress(part.filter(**asked)) for part in access.sale_parts(self.by)]
        return self.listed(*rows, shape=SaleShape)

    @extend_schema(request=CodelessSaleBody, responses={201: SaleShape})
    @idempotent(required=True, for_ever=True)
    def post(self, request: Request) -> Response:
        """Report a sale that was made without a code: an outage, a walk-in.

        It takes nothing of the buyer's quota until the buyer's receipt or an officer confirms it.
        """
        sale = operations.record_uncoded_sale(**self.body(CodelessSaleBody), by=self.by)
        return created(sale)


class SaleDetail(Endpoint):
    scopes = {"GET": READ_FLAGGED}

    @extend_schema(responses=SaleShape)
    def get(self, request: Request, id: UUID) -> Response:
        """Read one report of a sale. Without `trade:read` the authority reads flagged ones."""
        rows = traded_for(self.by, access.sales_for(self.by), "authorization")
        rows = with_progress(rows)
        return Response(SaleShape(found_or_404(rows.filter(uuid=id).first())).data)


class OfSale(Endpoint):
    """An act on one report of a sale."""

    def subject(self, id: UUID, **restricted: Any) -> Sale:
        rows = access.sales_for(self.by).filter(uuid=id, **restricted)
        return found_or_404(rows.first())


class OfOwnSale(OfSale):
    scopes = {"POST": ("sell",)}
    firm_for = ("POST",)
    pointers = POINTERS

    def subject(self, id: UUID, **restricted: Any) -> Sale:
        return super().subject(id, seller=self.by.organization)


class Correction(OfOwnSale):
    @extend_schema(request=CorrectionBody, responses={201: SaleShape})
    @idempotent(required=True, for_ever=True)
    def post(self, request: Request, id: UUID) -> Response:
        """Replace a report by a whole new one. 409 `sale_replaced` names the one in force."""
        sale = self.subject(id)
        return created(operations.correct_sale(sale, **self.body(CorrectionBody), by=self.by))


class Void(OfOwnSale):
    @extend_schema(request=ReasonBody, responses={201: SaleShape})
    @idempotent(required=True, for_ever=True)
    def post(self, request: Request, id: UUID) -> Response:
        """Replace a report by nothing. It counts until the buyer or an officer agrees."""
        sale = self.subject(id)
        return created(operations.void_sale(sale, **self.body(ReasonBody), by=self.by))


class Agreement(OfSale):
    scopes = {"POST": DECIDE}
    authority_for = ("POST",)

    @extend_schema(request=ReasonBody, responses=SaleShape)
    @idempotent()
    def post(self, request: Request, id: UUID) -> Response:
        """Accept the vendor's current, lower figure."""
        sale = self.subject(id)
        operations.agree(sale, **self.body(ReasonBody), by=self.by)
        return Response(SaleShape(with_progress(access.sales_for(self.by)).get(pk=sale.pk)).data)


class ClaimConfirmation(OfSale):
    scopes = {"POST": DECIDE}
    authority_for = ("POST",)

    @extend_schema(request=ReasonBody, responses=SaleShape)
    @idempotent()
    def post(self, request: Request, id: UUID) -> Response:
        """Debit a sale without a code to its buyer, who has not confirmed it."""
        sale = self.subject(id)
        operations.confirm_claim(sale, **self.body(ReasonBody), by=self.by)
        return Response(SaleShape(with_progress(access.sales_for(self.by)).get(pk=sale.pk)).data)


class Receipts(OfSale):
    scopes = {"POST": ("buy",)}
    firm_for = ("POST",)

    def subject(self, id: UUID, **restricted: Any) -> Sale:
        return super().subject(id, buyer=self.by.organization)

    @extend_schema(request=ReceiptBody, responses={201: ReceiptShape})
    @idempotent(required=True, for_ever=True)
    def post(self, request: Request, id: UUID) -> Response:
        """Say what arrived: once for a sale and its corrections.

        Of a sale without a code a quantity confirms it, and `never_received` says that it is not
        the buyer's.
        """
        sale = self.subject(id)
        receipt = operations.confirm_receipt(sale, **self.body(ReceiptBody), by=self.by)
        return Response(ReceiptShape(receipt).data, status=201)


class ReceiptCorrection(Receipts):
    @extend_schema(request=ReceiptCorrectionBody, responses={201: ReceiptShape})
    @idempotent(required=True, for_ever=True)
    def post(self, request: Request, id: UUID) -> Response:
        """Replace the receipt by a new one, within a few days. Both are kept."""
        sale = self.subject(id)
        body = self.body(ReceiptCorrectionBody)
        return Response(
            ReceiptShape(operations.correct_receipt(sale, **body, by=self.by)).data, status=201
        )


def created(sale: Sale) -> Response:
    return Response(SaleShape(sale).data, status=201)
