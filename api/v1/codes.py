"""Authorizations: what a buyer may still buy, requests, and what becomes of a code."""

from typing import Any

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.bodies import ReasonBody
from api.endpoint import Endpoint, found_or_404
from api.idempotency import idempotent
from api.v1.bodies import (
    AuthorizationFilters,
    EmptyBody,
    HeadroomQuery,
    OptionalReasonBody,
    RequestBody,
)
from api.v1.scopes import DECIDE, READ_FLAGGED, READ_TRADE
from api.v1.shapes import AuthorizationShape, AuthorizationWithSales, HeadroomShape, with_progress
from authorizations import access, codes, operations
from authorizations.models import Authorization
from authorizations.operations import Purchase
from oversight.access import traded_for
from registry import clock


class Headroom(Endpoint):
    """The largest request that would pass now, from the buyer's own limits alone."""

    query = HeadroomQuery
    scopes = {"GET": ("buy",)}
    firm_for = ("GET",)

    @extend_schema(parameters=[HeadroomQuery], responses=HeadroomShape)
    def get(self, request: Request) -> Response:
        """Tell the largest request that would pass now, from the buyer's own limits alone."""
        asked = self.filters()
        del asked["activity"]  # there is one
        assert self.by.organization
        room = operations.headroom(Purchase(buyer=self.by.organization, at=clock.now(), **asked))
        return Response(HeadroomShape(room).data)


class Authorizations(Endpoint):
    """A vendor's list omits the codes it has not looked up."""

    query = AuthorizationFilters
    scopes = {"GET": READ_TRADE, "POST": ("buy",)}
    firm_for = ("POST",)

    @extend_schema(parameters=[AuthorizationFilters], responses=AuthorizationShape(many=True))
    def get(self, request: Request) -> Response:
        """List codes. A vendor's list omits those that it has not looked up."""
        asked = {"code__isnull": False, **self.filters()}
        rows = [part.filter(**asked) for part in access.authorization_parts(self.by)]
        return self.listed(*rows, shape=AuthorizationShape)

    @extend_schema(request=RequestBody, responses={201: AuthorizationShape})
    @idempotent(required=True)
    def post(self, request: Request) -> Response:
        """Request a code. It is issued at once within the permit's automatic limit.

        What the vendor's quota might not leave is `pending`, whether it fits or not: an officer
        looks at it. It is never refused for that quota, so that nobody measures it by asking; what
        is issued at once tells it to a quarter, and no series of requests closer.
        """
        authorization = operations.request(**self.body(RequestBody), by=self.by)
        return Response(AuthorizationShape(authorization).data, status=201)


class CodeEndpoint(Endpoint):
    """An endpoint on one code, found before anything is written: a vendor's look-up is kept."""

    authorization: Authorization

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        self.authorization = self.found(kwargs["code"])

    def found(self, text: str) -> Authorization:
        return self.own(text)

    def own(self, text: str, **restricted: Any) -> Authorization:
        rows = self.rows().filter(code=codes.normalize(text), **restricted)
        return found_or_404(rows.first())

    def rows(self) -> QuerySet[Authorization]:
        return access.authorizations_for(self.by)

    def named(self, **route: Any) -> str:
        return self.authorization.code or ""


class AuthorizationDetail(CodeEndpoint):
    scopes = {"GET": READ_FLAGGED}

    def found(self, text: str) -> Authorization:
        """One's own; for a vendor, typing any other code is a look-up."""
        if not self.by.holds("sell"):
            return self.own(text)
        rows = access.authorizations_for(self.by).filter(code=codes.normalize(text))
        return rows.first() or operations.look_up(text, by=self.by)

    def rows(self) -> QuerySet[Authorization]:
        return traded_for(self.by, super().rows(), "pk")

    @extend_schema(responses=AuthorizationWithSales)
    def get(self, request: Request, code: str) -> Response:
        """The authorization with its sales and receipts. A vendor's first GET is its look-up.

        Without `trade:read` the authority reads those that were flagged.
        """
        sales = with_progress(access.sales_for(self.by))
        sales = sales.filter(authorization=self.authorization).order_by("pk")
        return Response(AuthorizationWithSales(self.authorization, context={"sales": sales}).data)


class ByBuyer(CodeEndpoint):
    scopes = {"POST": ("buy",)}
    firm_for = ("POST",)

    def found(self, text: str) -> Authorization:
        return self.own(text, buyer=self.by.organization)


class ByVendor(CodeEndpoint):
    scopes = {"POST": ("sell",)}
    firm_for = ("POST",)

    def found(self, text: str) -> Authorization:
        return operations.find_to_sell(text, by=self.by)


class ByAuthority(CodeEndpoint):
    scopes = {"POST": DECIDE}
    authority_for = ("POST",)


class Cancellation(ByBuyer):
    @extend_schema(request=OptionalReasonBody, responses=AuthorizationShape)
    @idempotent()
    def post(self, request: Request, code: str) -> Response:
        """Give a code back. Repeating it changes nothing."""
        given = self.body(OptionalReasonBody)
        return answer(operations.cancel(self.authorization, **given, by=self.by))


class Issue(ByAuthority):
    @extend_schema(request=OptionalReasonBody, responses=AuthorizationShape)
    @idempotent()
    def post(self, request: Request, code: str) -> Response:
        """Grant a pending request, after every check has been made again.

        Where a sale was reported on it before, `reason` is needed.
        """
        given = self.body(OptionalReasonBody)
        return answer(operations.issue(self.authorization, **given, by=self.by))


class Refusal(ByAuthority):
    @extend_schema(request=ReasonBody, responses=AuthorizationShape)
    @idempotent()
    def post(self, request: Request, code: str) -> Response:
        """Turn a pending request down."""
        given = self.body(ReasonBody)
        return answer(operations.refuse(self.authorization, **given, by=self.by))


class Revocation(ByAuthority):
    @extend_schema(request=ReasonBody, responses=AuthorizationShape)
    @idempotent()
    def post(self, request: Request, code: str) -> Response:
        """Take an issued code away."""
        given = self.body(ReasonBody)
        return answer(operations.revoke(self.authorization, **given, by=self.by))


class NotSold(ByVendor):
    @extend_schema(request=EmptyBody, responses=AuthorizationShape)
    @idempotent()
    def post(self, request: Request, code: str) -> Response:
        """Say that nothing (more) was sold on an ended code."""
        self.body(EmptyBody)
        return answer(operations.not_sold(self.authorization, by=self.by))


class Release(ByAuthority):
    @extend_schema(request=ReasonBody, responses=AuthorizationShape)
    @idempotent()
    def post(self, request: Request, code: str) -> Response:
        """Free what an ended code still holds."""
        given = self.body(ReasonBody)
        return answer(operations.release(self.authorization, **given, by=self.by))


def answer(authorization: Authorization) -> Response:
    return Response(AuthorizationShape(authorization).data)
