"""What is known of people's second factors: that one changed, and the sealing of their secrets."""

from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.db.models import F

from database.row_security import see_all_rows
from registry import clock, events, sealing
from registry.actors import Actor
from registry.letters import home_of, mail_person
from registry.models import User

SECRETS = ("secret", "seed")  # under which names an authenticator's data holds one


@transaction.atomic
def note_factor_change(
    user: User, *, what: str, factor: str, name: str = "", address: str = ""
) -> User:
    """Record that somebody's factor was added, removed or replaced; end all their sessions.

    Whoever keeps one gives it the hash of the user that is returned. A letter goes to the person
    once it is committed; a failure to send undoes nothing.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    user.session_generation = F("session_generation") + 1
    user.save(update_fields=["session_generation"])
    user.refresh_from_db(fields=["session_generation"])
    data = {"factor": factor, "name": name}
    by = Actor(jurisdiction=home_of(user), user=user)
    at = clock.now()
    with see_all_rows():  # the last event may be of a time before they joined the firm
        events.record(f"factor.{what}", user, at=at, data=data, by=by)
    content = {"what": what, "factor": factor, "name": name, "address": address, "at": at}
    transaction.on_commit(lambda: mail_person(user, "factor_changed", content), robust=True)
    return user


@transaction.atomic
def seal_factors() -> int:
    """Seal every secret with the newest of the keys; return how many were not.

    Those that an older version kept in plain, and those that another key has sealed.
    Raises UnknownKey where one is sealed with a key that is not set any more.
    """
    changed = 0
    for row in Authenticator.objects.select_for_update().order_by("pk"):
        if sealed := _sealed_anew(row.data):
            row.data |= sealed
            row.save(update_fields=["data"])
            changed += 1
    return changed


def _sealed_anew(data: dict[str, Any]) -> dict[str, Any]:
    found: dict[str, Any] = {
        name: sealing.seal(sealing.unseal(data[name]))
        for name in SECRETS
        if name in data and not sealing.is_current(data[name])
    }
    codes = data.get("migrated_codes") or []
    if not all(map(sealing.is_current, codes)):
        found["migrated_codes"] = [sealing.seal(sealing.unseal(code)) for code in codes]
    return found
