"""Recognizes a database made by migrations that have since been begun anew, and sets it aside."""

from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader


def is_earlier() -> bool:
    """Return whether migrations of this project were applied that no longer exist."""
    loader = MigrationLoader(connection)
    gone = set(loader.applied_migrations) - set(loader.disk_migrations)
    return any(_is_ours(app) for app, _name in gone)


def _is_ours(app: str) -> bool:
    """Whether an app is the project's own: libraries may squash their migrations."""
    found = apps.app_configs.get(app)
    return found is not None and found.path.startswith(str(settings.BASE_DIR / found.name))


def set_aside(*, at: datetime) -> str:
    """Rename the database, create an empty one in its place, and return the new name.

    Needs the owner with the right to create databases, and no other connection. Removes nothing.
    """
    current = connection.settings_dict["NAME"]
    kept = f"{current}_earlier_{at:%Y%m%d_%H%M%S}"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{current}" RENAME TO "{kept}"')
        cursor.execute(f'CREATE DATABASE "{current}" TEMPLATE template0')
    return kept
