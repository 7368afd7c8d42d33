"""The thresholds in force, as versions that are added and never changed."""

from typing import Any

from django.conf import settings

import rules
from authorizations.models import Ruleset
from registry import clock
from registry.models import Jurisdiction
from rules.clocks import CLOCK

__all__ = ["current_ruleset"]


def current_ruleset(jurisdiction: Jurisdiction) -> Ruleset:
    """The ruleset by which a new authorization will be judged.

    The first one, and one that lacks a rule added since, is completed with the rules'
    defaults: that tightens, and needs no second officer. What would loosen it, as
    the lower count of self-reports, is not added to it. By how much clocks may differ is: it
    is how exact a told time can be, which no officer decides.
    """
    latest = Ruleset.objects.filter(jurisdiction=jurisdiction).order_by("-version").first()
    if latest is None:
        return _add_version(jurisdiction, 1, _defaults())
    missing = (rules.RULES.keys() | {CLOCK}) - latest.settings.keys()
    if not missing:
        return latest
    completed = {name: _defaults()[name] for name in missing} | latest.settings
    return _add_version(jurisdiction, latest.version + 1, completed)


def _defaults() -> dict[str, dict[str, Any]]:
    defaults = rules.defaults()
    defaults["receipt_missing"]["days"] = str(settings.RECEIPT_DUE_DAYS)
    defaults[CLOCK]["minutes"] = str(settings.CLOCK_AHEAD_MINUTES)
    return defaults


def _add_version(jurisdiction: Jurisdiction, version: int, values: dict[str, Any]) -> Ruleset:
    ruleset, _created = Ruleset.objects.get_or_create(
        jurisdiction=jurisdiction,
        version=version,
        defaults={"settings": values, "created_at": clock.now()},
    )
    return ruleset
