"""Search texts of before are folded as queries are now, and versions stay guarded."""

from collections.abc import Iterator
from importlib import import_module

import pytest
from django.db import connection

from precursors import operations
from precursors.models import Precursor, Product
from tests import roles

MIGRATION = import_module("precursors.migrations.0002_search_without_apostrophes")
OLDER = """
ALTER TABLE precursors_product DISABLE TRIGGER product_version_is_kept;
UPDATE precursors_product SET search_text = search_text || ' n,n''-x', sort_en = 'a''b';
UPDATE precursors_precursor SET search_text = search_text || ' n,n’-x';
ALTER TABLE precursors_product ENABLE ALWAYS TRIGGER product_version_is_kept;
"""


@pytest.fixture(autouse=True)
def owner(committing: None) -> Iterator[None]:
    """Work as the owner of a copy of the test database, as `migrate` does."""
    roles.work_as_owner()
    yield
    roles.work_as_application()


def test_what_was_folded_with_apostrophes_is_found_without() -> None:
    products, precursors = Product.objects.count(), Precursor.objects.count()
    with connection.cursor() as cursor:
        cursor.execute(OLDER)
        for operation in MIGRATION.Migration.operations:
            cursor.execute(operation.sql)
        cursor.execute("SELECT tgenabled FROM pg_trigger WHERE tgname = 'product_version_is_kept'")
        assert cursor.fetchone() == ("A",)
    assert products and set(Product.objects.values_list("sort_en", flat=True)) == {"ab"}
    assert operations.search_precursors("N,N’-x").count() == precursors
    assert operations.search_products("n,n'-x", "PE").count() == products
