"""Verbs of the catalogue: load, add, search."""

import csv
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from pathlib import Path
from typing import Any, Literal

from django.core.exceptions import ValidationError
from django.db import connection, transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Now
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from stdnum.exceptions import ValidationError as WrongNumber

from precursors import files, signs
from precursors.errors import Refused
from precursors.files import PRECURSORS_CSV, PRODUCTS_CSV, Row, Values
from precursors.models import Precursor, Presentation, Product, is_spanish
from precursors.search import search_text, search_words, sort_key

__all__ = [
    "Counts",
    "add_product",
    "add_version",
    "load_precursors",
    "load_products",
    "lock_products",
    "next_version",
    "product_exists",
    "products_for",
    "search_precursors",
    "search_products",
    "versions_of",
]

Outcome = Literal["added", "changed", "unchanged"]

SHARED = ""  # the jurisdiction code of the catalogue that all share
# A field that a new version does not state is kept while the field it depends on is unchanged.
DEPENDS_ON = {
    "name_es": "name_en",
    "source": "concentration_percent",
    "density_source": "density_kg_per_l",
    "expansion_per_kelvin": "concentration_percent",
    "scale_division_kg": "presentation",
}
OF_A_PRODUCT = ("jurisdiction_code", "code", "precursor")
STATED = (
    "name_en",
    "concentration_percent",
    "density_kg_per_l",
    "counts_whole",
    "oleum",
    "presentation",
)
WRONG_DATA = (KeyError, ArithmeticError, ValueError, WrongNumber, Refused)


@dataclass(frozen=True)
class Counts:
    """What a load did with the lines of its file."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0


@transaction.atomic
def load_precursors(path: Path = PRECURSORS_CSV) -> Counts:
    """Bring the substances up to date with the file; those it does not name are kept.

    Raises Refused("bad_data"), naming the line, and then loads nothing.
    """
    _lock("precursors")
    existing = {precursor.code: precursor for precursor in Precursor.objects.all()}
    return _load(path, lambda row: _put_precursor(files.precursor_values(row), existing))


@transaction.atomic
def load_products(path: Path = PRODUCTS_CSV) -> Counts:
    """Bring the shared products up to date with the file; what differs becomes a new version.

    Raises Refused("bad_data"), naming the line, and then loads nothing.
    """
    lock_products()
    precursors = {precursor.code: precursor for precursor in Precursor.objects.all()}
    existing = {product.code: product for product in products_for(SHARED)}

    def put(row: Row) -> Outcome:
        values = files.product_values(row) | {"precursor": precursors[row["precursor"]]}
        names = {"jurisdiction_code": SHARED, "code": row["code"]}
        return _put_product(names | values, existing.get(row["code"]))[1]

    return _load(path, put)


def new_product(
    *,
    jurisdiction_code: str,
    code: str,
    precursor: Precursor,
    name: str,
    concentration_percent: Decimal,
    density_kg_per_l: Decimal | None = None,
    counts_whole: bool = False,
    oleum: bool = False,
    presentation: str = Presentation.BULK,
    name_es: str = "",
) -> Product:
    """Return a jurisdiction's product of a code that is not taken, not saved. Call under the lock.

    Raises Refused: invalid_product, with `errors` by field; product_exists.
    """
    if product_exists(code, jurisdiction_code):
        sentence = _("There is a product of this code. Its content changes by a new version.")
        raise Refused("product_exists", sentence)
    values: Values = {
        "jurisdiction_code": jurisdiction_code,
        "code": code,
        "precursor": precursor,
        "name_en": signs.shown(name),
        "concentration_percent": concentration_percent,
        "density_kg_per_l": density_kg_per_l,
        "counts_whole": counts_whole,
        "oleum": oleum,
        "presentation": presentation,
    }
    if name_es := signs.shown(name_es):
        values["name_es"] = name_es
    product = Product(**values)
    _describe(product)
    _check(product)
    return product


@transaction.atomic
def add_product(**stated: Any) -> Product:
    """Add a jurisdiction's product, as `new_product` takes it, and raises."""
    lock_products()
    product = new_product(**stated)
    product.save(force_insert=True)
    return product


def product_exists(code: str, jurisdiction_code: str) -> bool:
    """Return whether a jurisdiction or the shared catalogue has any version of this code."""
    codes = [SHARED, jurisdiction_code]
    return Product.objects.filter(code=code, jurisdiction_code__in=codes).exists()


def lock_products() -> None:
    """Let one transaction at a time change products."""
    _lock("products")


def next_version(product: Product, **stated: Any) -> Product:
    """Return what would follow a product's last version, not saved; of STATED what is given.

    Raises Refused: invalid_product, with `errors` by field; product_unchanged.
    """
    values: Values = {name: getattr(product, name) for name in STATED} | stated
    values = {name: getattr(product, name) for name in OF_A_PRODUCT} | values
    following = Product(**_kept_values(product, values) | values, version=product.version + 1)
    _describe(following)
    _check(following)
    if not _differing(product, {name: getattr(following, name) for name in STATED}):
        raise Refused("product_unchanged", _("The product has this content already."))
    return following


def add_version(product: Product, *, since: datetime | None, **stated: Any) -> Product:
    """Give a jurisdiction's own product other content from a moment on (None: from now on, by the
    database's clock). Call under its lock, with its last version.

    What was made with the version before keeps it. Raises Refused as `next_version`.
    """
    following = next_version(product, **stated)
    Product.objects.filter(pk=product.pk).update(superseded_at=since or Now())
    if since:
        following.created_at = since
    following.save(force_insert=True)
    return following


def products_for(jurisdiction_code: str) -> QuerySet[Product]:
    """Return a jurisdiction's products in the version of now: its own, and shared ones that it
    did not replace.
    """
    ends_later = Q(superseded_at=None) | Q(superseded_at__gt=Now())
    current = Product.objects.filter(ends_later, created_at__lte=Now())
    current = current.order_by(_sort_key(), "code")
    shared = current.filter(jurisdiction_code=SHARED)
    own = current.filter(jurisdiction_code=jurisdiction_code).exclude(jurisdiction_code=SHARED)
    replaced = Exists(own.filter(code=OuterRef("code")))
    return (own | shared.exclude(replaced)).select_related("precursor")


def versions_of(product: Product) -> QuerySet[Product]:
    """Return every version of a product, also those that ended or begin later."""
    same = {"jurisdiction_code": product.jurisdiction_code, "code": product.code}
    return Product.objects.filter(**same).select_related("precursor").order_by("-version")


def search_precursors(q: str) -> QuerySet[Precursor]:
    """Find substances by names, synonyms, code or CAS number; an empty query finds all."""
    found = Precursor.objects.order_by(_sort_key(), "code")
    for word in search_words(q):
        found = found.filter(search_text__contains=word)
    return found


def search_products(q: str, jurisdiction_code: str) -> QuerySet[Product]:
    """Find products by their names or code, or by whatever finds their precursor."""
    found = products_for(jurisdiction_code)
    for word in search_words(q):
        found = found.filter(
            Q(search_text__contains=word) | Q(precursor__search_text__contains=word)
        )
    return found


def _load(path: Path, put: Callable[[Row], Outcome]) -> Counts:
    outcomes: Counter[str] = Counter()
    with path.open(encoding="utf-8", newline="") as file:
        lines = csv.DictReader(file, restval="")
        for row in lines:
            try:
                outcomes[put(row)] += 1
            except WRONG_DATA as error:
                place = {"file": path.name, "line": lines.line_num, "error": repr(error)}
                raise Refused(
                    "bad_data", _("%(file)s, line %(line)s: %(error)s") % place, **place
                ) from error
    return Counts(**outcomes)


def _put_precursor(values: Values, existing: dict[str, Precursor]) -> Outcome:
    """Write one substance; fields that the file does not contain are kept."""
    names = [values["name_en"], values["name_es"], *values["synonyms"]]
    values["search_text"] = search_text([values["code"], *names, *_cas_spellings(values["cas"])])
    values["sort_en"], values["sort_es"] = sort_key(values["name_en"]), sort_key(values["name_es"])
    precursor = existing.get(values["code"])
    if precursor is None:
        precursor = Precursor(**values)
        _check(precursor)
        precursor.save(force_insert=True)
        return "added"
    if not _differing(precursor, values):
        return "unchanged"
    for name, value in values.items():
        setattr(precursor, name, value)
    _check(precursor)
    precursor.save(update_fields=[name for name in values if name != "code"])
    return "changed"


def _put_product(values: Values, current: Product | None) -> tuple[Product, Outcome]:
    """Make the values the current version, unless they already are."""
    if current:
        values = _kept_values(current, values) | values
    product = Product(**values)
    _describe(product)
    _check(product)
    if current is None:
        product.save(force_insert=True)
        return product, "added"
    if current.precursor_id != product.precursor_id:
        raise Refused(
            "product_of_another_precursor",
            _("This code is taken by a product of another precursor."),
        )
    stated = {name: getattr(product, name) for name in (*STATED, *DEPENDS_ON)}
    if not _differing(current, stated):
        return current, "unchanged"
    return _succeed(current, product), "changed"


def _kept_values(current: Product, values: Values) -> Values:
    return {
        name: getattr(current, name)
        for name, subject in DEPENDS_ON.items()
        if getattr(current, subject) == values[subject]
    }


def _succeed(current: Product, product: Product) -> Product:
    """Insert the next version of a shared product."""
    Product.objects.filter(pk=current.pk).update(superseded_at=Now())
    product.version = current.version + 1
    product.save(force_insert=True)
    return product


def _describe(product: Product) -> None:
    """Set the texts by which a product is found and sorted."""
    product.search_text = search_text([product.code, product.name_en, product.name_es])
    product.sort_en = sort_key(product.name_en)
    product.sort_es = sort_key(product.name_es or product.name_en)


def _differing(row: Precursor | Product, values: Values) -> list[str]:
    return [name for name, value in values.items() if getattr(row, name) != value]


def _check(row: Precursor | Product) -> None:
    """Raise Refused("invalid_…"), with `errors` by field, for values that no field accepts."""
    try:
        row.clean_fields(exclude={"created_at"})
        row.clean()
    except ValidationError as error:
        errors = error.message_dict
        sentences = [f"{name}: {' '.join(texts)}" for name, texts in errors.items()]
        code = f"invalid_{row._meta.model_name}"
        raise Refused(code, " ".join(sentences), errors=errors) from error


def _cas_spellings(cas: str) -> list[str]:
    return [cas, cas.replace("-", "")]


def _sort_key() -> str:
    return "sort_es" if is_spanish(get_language()) else "sort_en"


def _lock(name: str) -> None:
    """Let one transaction at a time hold the lock of this name."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))", [name])
