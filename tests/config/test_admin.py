"""The admin looks, after two steps of sign-in. Only a precursor's tolerance cap can be set."""

from collections.abc import Iterator

import pytest
from django.contrib import admin
from django.db.models import Model
from django.test import Client, RequestFactory
from django.urls import reverse
from django.utils import translation

from precursors.models import Precursor
from registry.admin_names import OF_DJANGO
from registry.models import User

EDITED = {(Precursor, "change")}


@pytest.fixture
def operator(db: None) -> User:
    return User.objects.create_superuser("op@portal.example", "a long enough sentence")


@pytest.fixture
def looking(client: Client, operator: User) -> Client:
    """An operator's browser."""
    client.force_login(operator)
    return client


def test_the_admin_opens_to_an_operator(looking: Client) -> None:
    assert looking.get("/admin/").status_code == 200


def test_the_admin_has_no_door_of_its_own(client: Client, db: None) -> None:
    assert client.get("/admin/login/")["Location"].startswith("/accounts/login/")


def test_the_admin_speaks_spanish(looking: Client, operator: User) -> None:
    User.objects.filter(pk=operator.pk).update(language="es")
    looking.cookies["django_language"] = "es"
    index = looking.get("/admin/").content.decode()
    assert "Empresas" in index and "Pasos de licencias" in index
    assert "Organizations" not in index and "Registry" not in index
    assert "Seleccione licencia" in looking.get("/admin/registry/license/").content.decode()


def shown_fields() -> Iterator[tuple[str, str]]:
    """Every field of the register that a page of the admin may show, and its name in Spanish."""
    for model, page in admin.site._registry.items():
        hidden = {*(page.exclude or ()), *OF_DJANGO}
        for field in model._meta.fields:
            if field.name not in hidden and model._meta.app_label == "registry":
                yield f"{model.__name__}.{field.name}", str(field.verbose_name)


def test_every_field_of_the_admin_has_a_spanish_name() -> None:
    with translation.override("en"):
        english = dict(shown_fields())
    with translation.override("es"):
        spanish = dict(shown_fields())
    alike = {name for name, said in spanish.items() if said == english[name]}
    assert {name.partition(".")[2] for name in alike} <= {"precursor", "ubigeo"}


def permissions() -> Iterator[tuple[type[Model], str]]:
    """What the admin lets somebody do who may do everything."""
    request = RequestFactory().get("/admin/")
    request.user = User(is_superuser=True)
    for model, page in admin.site._registry.items():
        for act in ("add", "change", "delete"):
            if getattr(page, f"has_{act}_permission")(request):
                yield model, act


def test_only_the_catalogue_is_edited() -> None:
    assert set(permissions()) == EDITED


def test_no_page_of_another_application_is_in_it() -> None:
    """They would show and change e-mail addresses, second factors and their secrets."""
    apps = {model._meta.app_label for model in admin.site._registry}
    assert apps == {"precursors", "registry"}


def test_no_action_changes_many_rows_at_once(operator: User) -> None:
    request = RequestFactory().get("/admin/")
    request.user = operator
    for page in admin.site._registry.values():
        assert not page.get_actions(request), page


@pytest.mark.parametrize("model", admin.site._registry, ids=lambda model: model.__name__)
def test_every_list_of_it_opens(model: type[Model], looking: Client) -> None:
    address = reverse(f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist")
    assert looking.get(address).status_code == 200
