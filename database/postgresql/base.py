"""Django's PostgreSQL backend; a kept connection is checked without a statement to the server."""

from select import POLLIN, poll

from django.db.backends.postgresql import base
from psycopg2 import Error


class DatabaseWrapper(base.DatabaseWrapper):
    def is_usable(self) -> bool:
        """Return whether the connection is open: a server that closed it has sent a last message.

        Saves the statement that Django sends before the first of each request.
        """
        unread = poll()
        try:
            unread.register(self.connection.fileno(), POLLIN)
        except Error:  # it is closed
            return False
        return not unread.poll(0)
