"""Settings, addresses and everything that faces the outside for all apps alike."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
