"""A form has one effect, however often it is sent."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import UUID

import pytest
from django.db import connection

from authorizations import operations
from authorizations.models import Sale
from pages.once import once_per_form
from precursors.errors import Refused
from precursors.models import Product
from registry.models import Jurisdiction
from tests.cast import Firm
from tests.pages.dealing import brought, report, request_code

TOKEN = UUID("0193a0a0-0000-7000-8000-000000000001")


def test_copies_that_come_at_once_are_recorded_once(
    committing: None, jurisdiction: Jurisdiction, buyer: Firm, vendor: Firm, acetone: Product
) -> None:
    code = brought(request_code(buyer, vendor, acetone), vendor)
    said = report(vendor, "100")

    def send(_copy: int) -> tuple[str, bool]:
        try:
            return once_per_form(
                form="sale",
                token=TOKEN,
                act=lambda: operations.record_sale(code, said, by=vendor.actor),
                by=vendor.actor,
            )
        finally:
            connection.close()

    with ThreadPoolExecutor(4) as browsers:
        answers = list(browsers.map(send, range(4)))
    sale = Sale.objects.get()
    assert {uuid for uuid, _again in answers} == {str(sale.uuid)}
    assert sorted(again for _uuid, again in answers) == [False, True, True, True]


def test_what_was_refused_is_not_remembered(
    buyer: Firm, vendor: Firm, rival: Firm, acetone: Product
) -> None:
    code = brought(request_code(buyer, vendor, acetone), vendor)

    def send(by: Any) -> tuple[str, bool]:
        act = lambda: operations.record_sale(code, report(vendor, "5"), by=by)  # noqa: E731
        return once_per_form(form="sale", token=TOKEN, act=act, by=vendor.actor)

    with pytest.raises(Refused):
        send(rival.actor)
    assert send(vendor.actor) == (str(Sale.objects.get().uuid), False)


def test_another_firms_form_of_the_same_token_is_another(
    buyer: Firm, vendor: Firm, rival: Firm, acetone: Product
) -> None:
    code = request_code(buyer, vendor, acetone)
    given = [
        once_per_form(form="sale", token=TOKEN, act=lambda: code, by=firm.actor)
        for firm in (vendor, rival, vendor)
    ]
    assert [again for _uuid, again in given] == [False, False, True]
