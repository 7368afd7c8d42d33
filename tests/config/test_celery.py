"""What the clock rings for."""

from django.conf import settings

from config.celery import app


def test_every_ring_names_a_task_that_the_worker_knows() -> None:
    app.loader.import_default_modules()
    assert {ring["task"] for ring in settings.CELERY_BEAT_SCHEDULE.values()} <= set(app.tasks)
