"""A database whose migrations were begun anew since: recognized, and set aside as it is."""

from datetime import datetime

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.migrations.loader import MigrationLoader


def is_earlier() -> bool:
    """Whether the database was made by migrations of this project that are no longer there."""
    loader = MigrationLoader(connection)
    gone = set(loader.applied_migrations) - set(loader.disk_migrations)
    return any(_is_ours(app) for app, _name in gone)


def _is_ours(app: str) -> bool:
    """Libraries squash their migrations as they like."""
    found = apps.app_configs.get(app)
    return found is not None and found.path.startswith(str(settings.BASE_DIR / found.name))


def set_aside(*, at: datetime) -> str:
    """Keep the database under another name and begin with an empty one. Gives that name.

    As an owner who may create databases; nobody else may be connected. Nothing is removed.
    """
    current = connection.settings_dict["NAME"]
    kept = f"{current}_earlier_{at:%Y%m%d_%H%M%S}"
    connection.close()
    with connection._nodb_cursor() as cursor:
        cursor.execute(f'ALTER DATABASE "{current}" RENAME TO "{kept}"')
        cursor.execute(f'CREATE DATABASE "{current}" TEMPLATE template0')
    return kept
