"""The ruleset by which a new authorization is judged."""

from typing import Any

import rules
from authorizations.models import Ruleset
from authorizations.rulesets import current_ruleset
from registry import clock
from registry.models import Jurisdiction


def test_the_first_ruleset_has_the_defaults_and_is_kept(
    jurisdiction: Jurisdiction, settings: Any
) -> None:
    settings.RECEIPT_DUE_DAYS, settings.CLOCK_AHEAD_MINUTES = 9, 7
    first = current_ruleset(jurisdiction)
    assert first.settings["receipt_missing"]["days"] == "9"
    assert first.settings["clock"] == {"minutes": "7"}
    assert current_ruleset(jurisdiction) == first


def test_a_ruleset_of_before_gets_new_rules_and_how_exact_clocks_are_but_nothing_that_loosens(
    jurisdiction: Jurisdiction,
) -> None:
    own = rules.defaults() | {"reported_late": {"on": False, "severity": "low", "hours": "2"}}
    lacks = ("self_report", "clock", "site_mismatch")
    older = {name: values for name, values in own.items() if name not in lacks}
    Ruleset.objects.create(
        jurisdiction=jurisdiction, version=100, settings=older, created_at=clock.now()
    )
    now = current_ruleset(jurisdiction)
    assert now.version == 101
    assert now.settings.keys() == own.keys() - {"self_report"}
    assert now.settings["reported_late"] == own["reported_late"]
    assert current_ruleset(jurisdiction) == now
