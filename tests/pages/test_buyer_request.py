"""The buyer asks for a code."""

from typing import Any
from uuid import uuid4

import pytest
from authorizations.models import Authorization, Status
from tests.cast import Firm
from tests.pages.dealing import answers, request_code, text

pytestmark = pytest.mark.django_db


def test_four_answers_and_a_check_give_a_code(
    visit: Any, buyer: Firm, vendor: Firm
) -> None:
    client = visit(buyer.actor)
    check = answers(client, buyer, vendor)
    page = text(client.get(check))
    assert "1,000 kg" in page
    assert "one thousand kilograms" in page
    assert "995 kg of Acetone contained" in page
    confirmation = client.post(check, follow=True)
    authorization = Authorization.objects.get()
    assert authorization.status == Status.ISSUED
    assert authorization.code_in_fours in text(confirmation)
    assert b"data:image/svg+xml" in confirmation.content
    assert "Valid until" in text(confirmation)
