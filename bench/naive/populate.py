"""Fills the naive contender's database, and prints the tokens of its firms as JSON."""

import json
import sys

import django

django.setup()

from django.contrib.auth.models import User  # noqa: E402  (models need the setup)
from rest_framework.authtoken.models import Token  # noqa: E402

from bench.naive.models import Firm, Quota  # noqa: E402
from bench.world import LIMIT_KG, PRODUCTS  # noqa: E402


def populate(count: int) -> list[dict[str, object]]:
    """So many firms, each with a token and a quota of each substance."""
    firms = []
    for number in range(count):
        user = User.objects.create(username=f"firm{number}")
        firm = Firm.objects.create(user=user, tax_id=str(number))
        for product in PRODUCTS:
            Quota.objects.create(firm=firm, precursor=product, limit_kg=LIMIT_KG)
        firms.append({"id": firm.pk, "token": Token.objects.create(user=user).key})
    return firms


if __name__ == "__main__":
    json.dump(populate(int(sys.argv[1])), sys.stdout)
