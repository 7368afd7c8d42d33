"""The endpoint all others are made of."""

from collections.abc import Callable, Iterable
from typing import Any, ClassVar, TypeVar

from django.db.models import QuerySet
from django.http import Http404
from rest_framework.negotiation import BaseContentNegotiation
from rest_framework.parsers import BaseParser
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework.views import APIView

from api import lists
from api.bodies import Filters, check_query
from registry.actors import Actor
from registry.http import actor_of

Row = TypeVar("Row")


def found_or_404(row: Row | None) -> Row:
    """Answer 404 where there is no row: none at all, or none that the caller may see."""
    if row is None:
        raise Http404
    return row


class OnlyJSON(BaseContentNegotiation):
    """Answers JSON whatever `Accept` asks for; reads only what the parser reads."""

    def select_parser(self, request: Request, parsers: Iterable[BaseParser]) -> Any:
        given = (request.content_type or "").partition(";")[0].strip().lower()
        return next((parser for parser in parsers if parser.media_type == given), None)

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> tuple[BaseRenderer, str]:
        renderer = next(iter(renderers))
        return renderer, renderer.media_type


class Endpoint(APIView):
    """Reads with one serializer, calls a verb, answers with another.

    `scopes` gives for each method the scopes of which one must be held (see HasScope);
    `authority_for` the methods of the authority alone, `firm_for` those of firms alone.
    """

    # OPTIONS is answered like any other method that there is not, and `Allow` does not name it.
    http_method_names = ("get", "post", "put", "patch", "delete", "head", "trace")
    content_negotiation_class = OnlyJSON
    metadata_class = None
    scopes: ClassVar[dict[str, tuple[str, ...]]] = {}
    # What a GET may be asked; any other parameter, and each of a POST, is refused.
    query: ClassVar[type[Filters] | None] = None
    authority_for: ClassVar[tuple[str, ...]] = ()
    firm_for: ClassVar[tuple[str, ...]] = ()
    # Where in the body stands what a verb complains of by its own name.
    pointers: ClassVar[dict[str, str]] = {
        "/value": "/quantity/value",
        "/unit": "/quantity/unit",
    }

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        super().initial(request, *args, **kwargs)
        asked = self.query if request.method in ("GET", "HEAD") else None
        check_query(request.query_params, asked.names() if asked else set())

    @property
    def authority(self) -> bool:
        return self.request.method in self.authority_for

    @property
    def firm(self) -> bool:
        return self.request.method in self.firm_for

    @property
    def by(self) -> Actor:
        return actor_of(self.request._request)

    def named(self, **route: Any) -> str:
        """What the path names, written in one way: part of an idempotency key's scope."""
        return " ".join(str(route[name]) for name in sorted(route))

    def body(self, form: type[BaseSerializer[Any]], **context: Any) -> dict[str, Any]:
        """Validate the body. Raises DRF's ValidationError, which answers 422."""
        return self._valid(form, self.request.data, context)

    def filters(self) -> dict[str, Any]:
        """Validate the query."""
        assert self.query
        return self._valid(self.query, self.request.query_params.dict(), {})

    def listed(
        self,
        *rows: QuerySet[Any],
        shape: type[BaseSerializer[Any]],
        key: str = "uuid",
    ) -> Response:
        """Answer one page of `rows`, which may come in parts."""
        many: Callable[[list[Any]], Any] = lambda found: shape(found, many=True).data  # noqa: E731
        return lists.page(rows, self.request, many, key)

    def _valid(
        self, form: type[BaseSerializer[Any]], data: Any, context: dict[str, Any]
    ) -> dict[str, Any]:
        serializer = form(data=data, context={"by": self.by, **context})
        serializer.is_valid(raise_exception=True)
        values: dict[str, Any] = serializer.validated_data
        return values

    def finalize_response(
        self, request: Request, response: Any, *args: Any, **kwargs: Any
    ) -> Response:
        response.headers.setdefault("Cache-Control", "no-store")
        for name, value in getattr(request._request, "answer_headers", {}).items():
            response.headers[name] = value
        return super().finalize_response(request, response, *args, **kwargs)
