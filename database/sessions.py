"""Sessions in the database, whose end is extended at most once a minute.

Writing it for each page costs a commit, and lets two pages of one person overwrite each other.
"""

from datetime import timedelta
from typing import Any

from django.contrib.sessions.backends import db
from django.utils import timezone

EXTENDED_EVERY = timedelta(minutes=1)


class SessionStore(db.SessionStore):
    def load(self) -> dict[str, Any]:
        """Read the session; mark it to be written where its end was set over a minute ago."""
        row = self._get_session_from_db()  # type: ignore[attr-defined]  # the stubs forget it
        if row is None:
            return {}
        ends = timezone.now() + timedelta(seconds=self.get_session_cookie_age())
        self.modified = self.modified or row.expire_date < ends - EXTENDED_EVERY
        kept: dict[str, Any] = self.decode(row.session_data)
        return kept
