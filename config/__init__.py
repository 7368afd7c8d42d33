"""Composes the portal: settings, addresses, health, metrics, logs and error handlers."""

from config.celery import app as celery_app

__all__ = ["celery_app"]
