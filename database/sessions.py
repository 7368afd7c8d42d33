"""Sessions in the database. One ends so long after its last page, told to the minute: to write it
for each page costs a commit, and lets two pages of one person undo each other's.
"""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

TOLD_EVERY = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        """Read it; have it written again where its end was told a while ago."""
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # the stubs forget it
        if row is None:
            return {}
        ends = timezone.now() + timedelta(seconds=self.get_session_cookie_age())
        self.modified = self.modified or row.expire_date < ends - TOLD_EVERY
        kept: dict[str, Any] = self.decode(row.session_data)
        return kept
