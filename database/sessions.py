"""Sessions in the database, whose end is extended at most once a minute.

Writing it for each page costs a commit, and lets two pages of one person overwrite each other.
"""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.sessions.backends import db
from django.utils import timezone

EXTENDED_EVERY = timedelta(minutes=1)
IDLE_S = "idle_s"  # in a session: how long it lasts after its last page
ENDS_AT = "ends_at"  # and when it ends whatever is done, in seconds since 1970


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        """Read the session; mark it to be written where its end was set over a minute ago."""
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # the stubs forget it
        if row is None:
            return {}
        kept: dict[str, Any] = self.decode(row.session_data)
        ends = timezone.now() + timedelta(seconds=_age(kept))
        self.modified = self.modified or row.expire_date < ends - EXTENDED_EVERY
        return kept

    def get_session_cookie_age(self) -> int:
        """How many seconds the session lasts from now on, if nothing follows."""
        return _age(self._session)  # type: ignore[attr-defined]  # the stubs forget it


def _age(kept: dict[str, Any]) -> int:
    idle_s = int(kept.get(IDLE_S, settings.SESSION_COOKIE_AGE))
    if ENDS_AT not in kept:
        return idle_s
    return min(idle_s, int(kept[ENDS_AT] - timezone.now().timestamp()))
