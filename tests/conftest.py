"""The world of a test: the shipped catalogue, and one named cast (see tests/cast.py)."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import replace
from datetime import timedelta
from itertools import cycle
from typing import Any
from urllib.parse import urlencode

import pytest
from django.conf import settings
from django.core.management import call_command
from django.core.signals import request_finished
from django.db import connection
from django.db.transaction import Atomic
from django.test.client import MULTIPART_CONTENT, Client, RequestFactory
from django.test.utils import setup_databases, teardown_databases
from django.utils import translation

from authorizations import operations
from authorizations.models import Authorization, Sale
from authorizations.operations import SaleReport
from database.migrator import as_migrator
from database.row_security import see_all_from_the_start
from precursors.models import Product
from precursors.quantities import Quantity
from registry import clock
from registry.actors import Actor
from registry.models import Jurisdiction, User
from registry.models.people import Role, UserManager
from tests import cast, roles, sign_in
from tests.cast import Firm, kg
from tests.registry.proposing import letters

__all__ = ["letters"]

FORM = "application/x-www-form-urlencoded"


@pytest.fixture(scope="session")
def django_db_setup(
    django_test_environment: None, django_db_modify_db_settings: None, django_db_blocker: Any
) -> Iterator[None]:
    """Migrate one database a process and ship the catalogue; tests roll back what they add.

    pytest-django's own looks for marks to learn which databases are needed; tests that commit
    have none.
    """
    with django_db_blocker.unblock():
        with as_migrator():
            made = setup_databases(verbosity=0, interactive=False, aliases={"default"})
        roles.work_as_application()
        call_command("load_registry", verbosity=0)
        call_command("load_precursors", verbosity=0)
    yield
    with django_db_blocker.unblock():
        roles.work_as_owner()
        teardown_databases(made, verbosity=0)


@pytest.fixture(autouse=True, scope="session")
def quick_passwords() -> None:
    """A slow hash protects nobody here."""
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True, scope="session")
def forms_are_sent_as_browsers_send_them() -> None:
    """Django's client sends every form in parts, as if it had files; the portal takes none."""
    encode_as_told = RequestFactory._encode_data

    def encode(self: Any, data: Any, content_type: str) -> Any:
        is_form = content_type == FORM and isinstance(data, Mapping)
        given = urlencode(data, doseq=True) if is_form else data
        return encode_as_told(self, given, content_type)

    RequestFactory._encode_data = encode
    for kind in (RequestFactory, Client):
        defaults = kind.post.__defaults__
        kind.post.__defaults__ = tuple(FORM if d is MULTIPART_CONTENT else d for d in defaults)


@pytest.fixture(autouse=True)
def in_english() -> None:
    """A page that a test read in Spanish leaves its language on the thread."""
    translation.deactivate()


@pytest.fixture(autouse=True)
def for_no_firm() -> None:
    """Whom the last test worked for stays in mind, too."""
    connection.seen = None  # type: ignore[attr-defined]  # of the portal's own backend


@pytest.fixture(autouse=True, scope="session")
def tests_see_all() -> Iterator[None]:
    """A test is no request, and looks behind the portal's back: as a command, it sees all."""
    see_all_from_the_start()

    def see_all(**_sent: Any) -> None:
        connection.seen = None  # type: ignore[attr-defined]

    request_finished.connect(see_all)
    yield
    request_finished.disconnect(see_all)


@pytest.fixture(autouse=True, scope="session")
def verbs_roll_back_alone() -> None:
    """The transaction around a test stands for none: in it even a verb that would take part in
    its caller's has a savepoint, so that a test can go on after a refusal.
    """
    enter = Atomic.__enter__

    def entering(self: Any) -> None:
        self.asked = getattr(self, "asked", self.savepoint)
        around = connection.atomic_blocks[-1:]
        self.savepoint = self.asked or any(block._from_testcase for block in around)
        enter(self)

    Atomic.__enter__ = entering  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def signed_in_for_sure() -> None:
    """See tests/sign_in.py."""
    Client.force_login = sign_in.assured  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def operators_are_made_by_the_owner() -> None:
    """As the command does; a test works as the application."""
    make = UserManager.create_superuser

    def make_as_owner(self: Any, *args: Any, **named: Any) -> User:
        with roles.as_owner():
            return make(self, *args, **named)

    UserManager.create_superuser = make_as_owner  # type: ignore[method-assign]


@pytest.fixture(autouse=True, scope="session")
def nothing_collected(tmp_path_factory: pytest.TempPathFactory) -> None:
    """The files that a deployment collects are asked for, and warned about, at every start."""
    settings.STATIC_ROOT = str(tmp_path_factory.mktemp("static"))


@contextmanager
def copied_database(blocker: Any) -> Iterator[str]:
    """A copy of the test database for tests that commit: threads, other processes. Its name.

    Tables that refuse TRUNCATE cannot be flushed after such a test, so it gets its own.
    """
    with blocker.unblock():
        connection.close()
        original = settings.DATABASES["default"]["NAME"]
        copy = f"{original}_copy"
        roles.copy(original, copy)
        _use(copy)
        try:
            yield copy
        finally:
            connection.close()
            _use(original)
            roles.drop(copy)


@pytest.fixture
def committing(django_db_setup: None, django_db_blocker: Any) -> Iterator[None]:
    """A copy of the test database for a test that commits."""
    with copied_database(django_db_blocker):
        yield


def _use(name: str) -> None:
    settings.DATABASES["default"]["NAME"] = connection.settings_dict["NAME"] = name


@pytest.fixture
def jurisdiction(request: pytest.FixtureRequest) -> Jurisdiction:
    request.getfixturevalue("committing" if "committing" in request.fixturenames else "db")
    return Jurisdiction.objects.get(code="PE")


@pytest.fixture
def regulator(jurisdiction: Jurisdiction) -> Actor:
    return cast.person(jurisdiction, "rosa@authority.example", Role.OFFICER)


@pytest.fixture
def second_officer(jurisdiction: Jurisdiction) -> Actor:
    return cast.person(jurisdiction, "raul@authority.example", Role.OFFICER)


@pytest.fixture
def third_officer(regulator: Actor, second_officer: Actor) -> Actor:
    """With whom a flag of the regulator's finds a second: drawn from two. See `cast.drawn`."""
    return cast.person(regulator.jurisdiction, "tina@authority.example", Role.OFFICER)


@pytest.fixture
def inspector(jurisdiction: Jurisdiction) -> Actor:
    return cast.person(jurisdiction, "ines@authority.example", Role.INSPECTOR)


@pytest.fixture
def buyer(regulator: Actor) -> Firm:
    return cast.firm(11, "Pinturas Inventadas", email="berta@buyer.example", by=regulator)


@pytest.fixture
def vendor(regulator: Actor) -> Firm:
    return cast.firm(
        12,
        "Solventes Ficticios",
        email="victor@vendor.example",
        activity="sell",
        limit="1000000",
        by=regulator,
    )


@pytest.fixture
def rival(regulator: Actor) -> Firm:
    return cast.firm(
        13, "Rival Imaginario", email="rita@rival.example", activity="sell", by=regulator
    )


@pytest.fixture
def acetone(jurisdiction: Jurisdiction) -> Product:
    return Product.objects.get(code="acetone", superseded_at=None)


@pytest.fixture
def signed_in(client: Any) -> Callable[[Actor], Any]:
    def sign_in(by: Actor) -> Any:
        client.force_login(by.user)
        return client

    return sign_in


@pytest.fixture
def ask(buyer: Firm, vendor: Firm, acetone: Product) -> Callable[..., Authorization]:
    """Request a code as the buyer."""

    def ask(quantity: str | Quantity = "1000", **changes: Any) -> Authorization:
        values: dict[str, Any] = {
            "seller": vendor.organization,
            "product": acetone,
            "quantity": kg(quantity) if isinstance(quantity, str) else quantity,
            "destination_site": buyer.site,
            "by": buyer.actor,
        }
        return operations.request(**(values | changes))

    return ask


@pytest.fixture
def report(buyer: Firm, vendor: Firm) -> Callable[..., SaleReport]:
    """What the vendor says of a sale, each at a second of its own."""
    seconds = cycle(range(60))

    def report(quantity: str | Quantity = "1000", **changes: Any) -> SaleReport:
        said = SaleReport(
            sold_at=clock.now() - timedelta(seconds=next(seconds)),
            quantity=kg(quantity) if isinstance(quantity, str) else quantity,
            site=vendor.site,
            plate=buyer.vehicle.plate,
        )
        return replace(said, **changes)

    return report


@pytest.fixture
def sell(vendor: Firm, report: Callable[..., SaleReport]) -> Callable[..., Sale]:
    """Record a sale as the vendor, who has looked the code up."""

    def sell(
        authorization: Authorization, quantity: str | Quantity = "1000", **changes: Any
    ) -> Sale:
        operations.find_to_sell(authorization.code or "", by=vendor.actor)
        return operations.record_sale(authorization, report(quantity, **changes), by=vendor.actor)

    return sell


@pytest.fixture
def later(settings: Any) -> Callable[[timedelta], None]:
    """Move the portal's clock ahead."""

    def later(by: timedelta) -> None:
        settings.DEMO_MODE = True
        clock.advance(by)

    return later


@pytest.fixture
def plain(settings: Any) -> None:
    """Static files without a manifest, and sign-in as it is outside demo mode."""
    storage = "django.contrib.staticfiles.storage.StaticFilesStorage"
    settings.STORAGES = settings.STORAGES | {"staticfiles": {"BACKEND": storage}}
    settings.DEMO_MODE = False
