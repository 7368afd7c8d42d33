"""The web process: `gunicorn config.wsgi`."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A list joins names to its rows, and the order in which it asks for them is good: to look for a
# better one takes the planner ten times as long as the list. Whoever asks longer questions, such
# as the check of the invariants, lets it look.
os.environ.setdefault("JOIN_COLLAPSE_LIMIT", "4")
application = get_wsgi_application()
