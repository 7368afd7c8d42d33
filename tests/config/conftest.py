import pytest


@pytest.fixture(autouse=True)
def always_plain(plain: None) -> None:
    """See tests/conftest.py."""
