"""The worker and beat processes: `celery -A config worker`, `celery -A config beat`.

Tasks carry no duty of their own: the rows do (see authorizations.models.Duty). A lost
task, worker or broker delays a flag until the next sweep and loses nothing.
"""

import os

from celery import Celery
from django.conf import settings

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal")
app.conf.update(
    broker_url=settings.CELERY_BROKER_URL,
    broker_connection_retry_on_startup=True,
    broker_transport_options={"socket_timeout": 5, "socket_connect_timeout": 2},
    task_ignore_result=True,
    task_publish_retry=False,
    task_acks_late=True,
    worker_prefetch_multiplier=1,
    worker_cancel_long_running_tasks_on_connection_loss=True,
    worker_hijack_root_logger=False,
    timezone="UTC",
    beat_schedule={
        "sweep": {"task": "authorizations.tasks.work", "schedule": 5.0, "options": {"expires": 5}},
    },
)
app.autodiscover_tasks()
