"""Django's PostgreSQL; a kept connection is looked at before it is used, not asked."""

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg2 import Error


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Whether the server is still there: one that went away has left its farewell to read.

        Spares the statement that Django sends before the first of each request.
        """
        said = poll()
        try:
            said.register(self.connection.fileno(), POLLIN)
        except Error:  # it is closed
            return False
        return not said.poll(0)
