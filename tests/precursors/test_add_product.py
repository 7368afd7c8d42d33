"""A jurisdiction's products: added, changed by new versions, never overwritten."""

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any
from unittest.mock import patch

import pytest
from django.db import IntegrityError, OperationalError, connection, transaction
from django.db.models import Value
from django.utils import translation

from precursors import operations
from precursors.errors import Refused
from precursors.models import Precursor, Product
from precursors.quantities import Unit, quantity
from registry import clock
from tests.roles import as_owner


@pytest.fixture
def verbs_alone(catalogue: None) -> None:
    """The catalogue's own verbs: that two officers agree is the register's matter."""
    with as_owner(), connection.cursor() as cursor:
        cursor.execute("ALTER TABLE precursors_product DISABLE TRIGGER takes_two")


@pytest.fixture
def acid(verbs_alone: None) -> Precursor:
    return Precursor.objects.get(code="hydrochloric-acid")


def add(precursor: Precursor, **changes: Any) -> Product:
    stated = {
        "jurisdiction_code": "PE",
        "code": "acid-30",
        "precursor": precursor,
        "name": "Acid 30%",
        "concentration_percent": Decimal(30),
        "density_kg_per_l": Decimal("1.1492"),
    }
    return operations.add_product(**stated | changes)


def test_a_product_is_added_and_found(acid: Precursor) -> None:
    product = add(acid)
    assert (product.version, product.is_current, product.presentation) == (1, True, "bulk")
    assert product.scale_division_kg == Decimal("0.1")
    assert product in operations.products_for("PE")
    assert operations.search_products("acid-30", "PE").get() == product


def test_it_is_of_its_jurisdiction_only(acid: Precursor) -> None:
    product = add(acid)
    assert product not in operations.products_for("CO")
    assert product not in operations.products_for("")


@pytest.mark.parametrize("jurisdiction_code", ["PE", ""])
def test_a_code_that_exists_is_not_taken_again(acid: Precursor, jurisdiction_code: str) -> None:
    """Neither an own one nor a shared one, whatever content is sent."""
    first = add(acid, jurisdiction_code=jurisdiction_code)
    for content in ({}, {"concentration_percent": Decimal("0.02")}):
        with pytest.raises(Refused) as refusal:
            add(acid, **content)
        assert refusal.value.code == "product_exists"
    assert list(Product.objects.filter(code="acid-30")) == [first]


def change(product: Product, since: datetime | None = None, **stated: Any) -> Product:
    return operations.add_version(product, since=since, **stated)


def test_a_change_is_a_new_version_and_the_old_one_stays(acid: Precursor) -> None:
    first = add(acid, name_es="Ácido al 30 %")
    second = change(first, density_kg_per_l=Decimal("1.1500"))
    first.refresh_from_db()
    assert (second.version, second.is_current, first.is_current) == (2, True, False)
    assert first.density_kg_per_l == Decimal("1.1492")
    assert second.name_es == "Ácido al 30 %"
    assert operations.products_for("PE").get(code="acid-30") == second


def test_a_change_begins_at_its_time(acid: Precursor) -> None:
    first = add(acid)
    second = change(first, since=clock.now() + timedelta(hours=1), counts_whole=True)
    assert operations.products_for("PE").get(code="acid-30") == first
    assert list(operations.versions_of(first)) == [second, first]
    with patch.object(operations, "Now", lambda: Value(second.created_at)):
        assert operations.products_for("PE").get(code="acid-30") == second


def test_the_same_content_is_no_version(acid: Precursor) -> None:
    first = add(acid)
    with pytest.raises(Refused) as refusal:
        change(first, concentration_percent=Decimal("30.0000"))
    assert refusal.value.code == "product_unchanged"


def test_a_way_back_is_a_third_version(acid: Precursor) -> None:
    second = change(add(acid), counts_whole=True)
    assert change(second, counts_whole=False).version == 3


def test_a_source_is_not_kept_for_another_number(catalogue: None) -> None:
    shared = operations.products_for("PE").get(code="acetone")
    following = operations.next_version(shared, density_kg_per_l=Decimal("0.785"))
    assert following.density_source == ""
    assert following.source == shared.source
    assert following.expansion_per_kelvin == shared.expansion_per_kelvin


def test_an_own_product_of_before_stands_in_the_shared_ones_place(verbs_alone: None) -> None:
    shared = operations.products_for("PE").get(code="acetone")
    own = Product.objects.get(pk=shared.pk)
    own.pk, own.jurisdiction_code = None, "PE"
    own.save(force_insert=True)
    assert operations.products_for("PE").get(code="acetone") == own
    assert operations.products_for("CO").get(code="acetone") == shared


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", ""),
        ("code", "acid 30"),
        ("code", "ácido"),
        ("code", "a" * 65),
        ("name", ""),
        ("name", "  "),
        ("name", "Acid\0"),
        ("name", "a" * 201),
        ("concentration_percent", Decimal(0)),
        ("concentration_percent", Decimal(-1)),
        ("concentration_percent", Decimal("100.0001")),
        ("concentration_percent", Decimal("33.33333")),
        ("concentration_percent", Decimal("NaN")),
        ("density_kg_per_l", Decimal(0)),
        ("density_kg_per_l", Decimal(-1)),
        ("density_kg_per_l", Decimal(26)),
        ("density_kg_per_l", Decimal("1.123456")),
        ("density_kg_per_l", Decimal("Infinity")),
        ("presentation", "loose"),
        ("jurisdiction_code", "P" * 17),
    ],
)
def test_wrong_values_are_refused_by_field(acid: Precursor, field: str, value: object) -> None:
    with pytest.raises(Refused) as refusal:
        add(acid, **{field: value})
    assert refusal.value.code == "invalid_product"
    assert list(refusal.value.data["errors"]) == ["name_en" if field == "name" else field]
    assert not Product.objects.filter(jurisdiction_code="PE").exists()


def test_the_database_refuses_what_can_never_be_true(acid: Precursor) -> None:
    for changes in (
        {"concentration_percent": 0},
        {"concentration_percent": Decimal("100.5")},
        {"density_kg_per_l": 0},
        {"scale_division_kg": 0},
        {"expansion_per_kelvin": 0},
        {"version": 0},
        {"superseded_at": "2001-01-01T00:00:00Z"},
    ):
        values = {"code": "x", "precursor": acid, "concentration_percent": 1} | changes
        with pytest.raises(IntegrityError), transaction.atomic():
            Product.objects.create(**values)


def test_two_current_versions_are_impossible(acid: Precursor) -> None:
    first = add(acid)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.create(
            jurisdiction_code="PE",
            code=first.code,
            version=2,
            precursor=acid,
            concentration_percent=30,
        )


def test_two_who_add_at_once_come_one_after_the_other(acid: Precursor) -> None:
    """Otherwise both would see no version, and the second would fail on the first's."""
    other = connection.copy()
    with other.cursor() as theirs, connection.cursor() as ours:
        theirs.execute("BEGIN; SELECT pg_advisory_xact_lock(hashtextextended('products', 0))")
        ours.execute("SET LOCAL lock_timeout = '50ms'")
        with pytest.raises(OperationalError, match="lock timeout"), transaction.atomic():
            add(acid)
        theirs.execute("ROLLBACK")
    other.close()
    assert add(acid).version == 1


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE precursors_product SET density_kg_per_l = 2 WHERE code = 'acetone'",
        "UPDATE precursors_product SET concentration_percent = 1 WHERE code = 'acetone'",
        "UPDATE precursors_product SET version = 9, superseded_at = now() WHERE code = 'acetone'",
        "DELETE FROM precursors_product WHERE code = 'acetone'",
    ],
)
def test_a_version_is_never_edited_or_deleted(catalogue: None, statement: str) -> None:
    with (
        as_owner(),
        pytest.raises(IntegrityError, match="kept as they are"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement)


def test_a_version_that_ended_stays_ended(acid: Precursor) -> None:
    first = add(acid)
    change(first, counts_whole=True)
    with pytest.raises(IntegrityError), transaction.atomic():
        Product.objects.filter(pk=first.pk).update(superseded_at=None)


def test_a_product_tells_its_kilograms_and_units(acid: Precursor) -> None:
    product = add(acid)
    assert product.product_kg(quantity("1", "m3")) == Decimal("1149.2")
    assert product.net_kg(quantity("1", "m3")) == Decimal("344.76")
    assert product.largest_in_unit(Decimal("344.76"), Unit.M3) == 1
    assert product.units == list(Unit)
    assert add(acid, code="acid-31", density_kg_per_l=None).units == [
        Unit.KG,
        Unit.G,
        Unit.MG,
        Unit.T,
    ]


def test_a_product_is_called_in_the_readers_language(acid: Precursor) -> None:
    product = operations.products_for("PE").get(code="hydrochloric-acid-33")
    with translation.override("es"):
        assert str(product) == "Ácido clorhídrico al 33\N{NO-BREAK SPACE}%"
        assert str(add(acid)) == "Acid 30%"
    with translation.override("en"):
        assert str(product) == "Hydrochloric acid 33%"
