"""The catalogue as it is shipped."""

import pytest

from precursors import operations


@pytest.fixture
def catalogue(db: None) -> None:
    operations.load_precursors()
    operations.load_products()
