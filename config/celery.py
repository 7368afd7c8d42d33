"""The worker and beat processes: `celery -A config worker`, `celery -A config beat`.

Tasks hold no work of their own: the rows do (see authorizations.models.Duty). A lost task,
worker or broker delays a flag until the next sweep and loses nothing.
"""

import os
from typing import Any

from celery import Celery
from celery.signals import celeryd_init, worker_ready

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")

app = Celery("portal")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

TICK_S = 15


@celeryd_init.connect
def see_all(**_sent: Any) -> None:
    """The worker judges everybody's purchases; the web, which loads this too, does not."""
    from database.row_security import see_all_from_the_start

    see_all_from_the_start()


@worker_ready.connect
def tick(sender: Any, **_kwargs: Any) -> None:
    """Let each worker ring every TICK_S seconds itself: beat may be dead, or its clock wrong."""
    from authorizations import bell  # once the applications are loaded

    sender.timer.call_repeatedly(TICK_S, bell.ring)
