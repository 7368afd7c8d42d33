"""What docs/security/ says is so: each proof is there, and each figure is computed."""

import re
from pathlib import Path

from django.conf import settings

from authorizations.codes import ALPHABET, BITS
from config.web_worker import ANSWER_S, UNSENT_MAX
from launcher.environment import ROOT

PAGES = sorted((Path(settings.BASE_DIR) / "docs" / "security").glob("*.md"))
ACCEPTED = (ROOT / "docs" / "security" / "accepted.md").read_text()


def test_every_test_that_is_named_as_a_proof_is_there() -> None:
    named = [name for page in PAGES for name in re.findall(r"`(tests/[\w/.]+)`", page.read_text())]
    assert len(named) > 15
    assert not [name for name in named if not (ROOT / name).exists()]


def test_the_odds_of_a_guess_are_those_that_are_told() -> None:
    assert (len(ALPHABET), BITS) == (32, 55)
    years = 2**BITS / 10_000 / 33 / (365.25 * 86_400)
    told = re.search(r"about ([\d,]+) years", ACCEPTED)
    assert told
    assert abs(years - int(told[1].replace(",", ""))) < 100


def test_the_bounds_of_an_unread_answer_are_those_that_are_told() -> None:
    assert "over 4 MiB" in ACCEPTED
    assert "for a minute at" in ACCEPTED
    assert (UNSENT_MAX, ANSWER_S) == (4 * 1024 * 1024, 60)
