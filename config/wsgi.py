"""The web process: `gunicorn config.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A list joins names to its rows in a good order already: searching for a better one takes the
# planner ten times as long as the list itself. Programs with longer queries, such as the check of
# the invariants, keep PostgreSQL's default.
os.environ.setdefault("JOIN_COLLAPSE_LIMIT", "4")
application = get_wsgi_application()

# All pages are imported before the first request, and exempt from garbage collection: collecting
# stops all threads of the process for as long as several requests take.
get_resolver().url_patterns  # noqa: B018  (computed and cached at the first access)
gc.collect()
gc.freeze()
