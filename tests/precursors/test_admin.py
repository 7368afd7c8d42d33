"""The admin looks at the catalogue; it sets a tolerance cap and nothing else."""

from collections.abc import Iterator
from decimal import Decimal

import pytest
from django.conf import settings
from django.contrib.auth import get_user_model
from django.test import Client, override_settings
from django.urls import reverse

from precursors.models import Precursor, Product

PLAIN = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}


@pytest.fixture
def operator(catalogue: None, client: Client) -> Iterator[Client]:
    user = get_user_model().objects.create_superuser("operator@example.org")
    client.force_login(user)
    with override_settings(STORAGES=settings.STORAGES | {"staticfiles": PLAIN}):
        yield client


def test_the_lists_are_searched_as_everywhere(operator: Client) -> None:
    url = reverse("admin:precursors_precursor_changelist")
    found = operator.get(url, {"q": "acido clorhídrico"}).context["cl"].queryset
    assert [precursor.code for precursor in found] == ["hydrochloric-acid"]


def test_only_the_cap_of_a_precursor_is_set(operator: Client) -> None:
    acetone = Precursor.objects.get(code="acetone")
    url = reverse("admin:precursors_precursor_change", args=[acetone.pk])
    operator.post(url, {"tolerance_cap_kg": "25", "name_en": "Water", "cas": "7732-18-5"})
    acetone.refresh_from_db()
    assert acetone.tolerance_cap_kg == Decimal(25)
    assert (acetone.name_en, acetone.cas) == ("Acetone", "67-64-1")


@pytest.mark.parametrize(("cap", "kept"), [("24", 24), ("26", 25), ("", 25)])
def test_a_cap_is_lowered_by_one_and_not_raised_or_removed(
    operator: Client, cap: str, kept: int
) -> None:
    acetone = Precursor.objects.get(code="acetone")
    url = reverse("admin:precursors_precursor_change", args=[acetone.pk])
    operator.post(url, {"tolerance_cap_kg": "25"})
    operator.post(url, {"tolerance_cap_kg": cap})
    acetone.refresh_from_db()
    assert acetone.tolerance_cap_kg == kept


def test_a_product_is_shown_and_not_changed(operator: Client) -> None:
    product = Product.objects.get(code="acetone")
    url = reverse("admin:precursors_product_change", args=[product.pk])
    assert operator.get(url).status_code == 200
    assert operator.post(url, {"density_kg_per_l": "2"}).status_code == 403
    assert operator.get(reverse("admin:precursors_product_changelist")).status_code == 200


@pytest.mark.parametrize("model", ["precursor", "product"])
def test_nothing_is_added_or_deleted(operator: Client, model: str) -> None:
    row = (Precursor if model == "precursor" else Product).objects.first()
    assert row is not None
    delete = reverse(f"admin:precursors_{model}_delete", args=[row.pk])
    assert operator.post(delete, {"post": "yes"}).status_code == 403
    assert operator.get(reverse(f"admin:precursors_{model}_add")).status_code == 403
