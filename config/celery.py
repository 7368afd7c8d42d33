"""The worker and beat processes: `celery -A config worker`, `celery -A config beat`.

Tasks carry no duty of their own: the rows do (see authorizations.models.Duty). A lost
task, worker or broker delays a flag until the next sweep and loses nothing.
"""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
