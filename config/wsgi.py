"""The web process: `gunicorn config.wsgi`."""

import gc
import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
# A list joins names to its rows, and the order in which it asks for them is good: to look for a
# better one takes the planner ten times as long as the list. Whoever asks longer questions, such
# as the check of the invariants, lets it look.
os.environ.setdefault("JOIN_COLLAPSE_LIMIT", "4")
application = get_wsgi_application()

# Every page is loaded before the first is asked for, and none of it is looked at for garbage: that
# look stops all threads of the process for as long as several requests take.
get_resolver().url_patterns  # noqa: B018  (found, and kept, when first asked for)
gc.collect()
gc.freeze()
