"""What an operator may have forgotten, told by `manage.py check --deploy`."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.contrib.staticfiles import finders
from django.contrib.staticfiles.storage import ManifestStaticFilesStorage, staticfiles_storage
from django.core.checks import CheckMessage, Tags, Warning, register

BEHIND_PROXY = "TRUSTED_PROXIES is not set: behind a proxy every visitor has one address."
NAME_PROXY = (
    "Name the proxy's address, such as 127.0.0.1, and let it set X-Forwarded-For; else limits on "
    "signing in are everybody's."
)
NO_LETTERS = "EMAIL_URL is not set: invitations and password resets are only printed to the log."
OWNER_IS_HERE = "MIGRATION_DATABASE_URL is set here: web, worker and beat must not know the owner."
KEEP_OWNER_APART = "Set it where `migrate` runs, and in no file that every process reads (.env)."
NO_FACTOR_KEYS = (
    "FACTOR_KEYS is not set: secrets of second factors are sealed with a key from SECRET_KEY."
)
SET_FACTOR_KEYS = "Set it to 50 random characters, and run `manage.py seal_factors`."
NO_PASSKEYS = "PUBLIC_URL is not https: browsers give no passkeys to it, and no officer comes in."
NOT_COLLECTED = "Static files were not collected, or not since they changed: pages answer 500."
COLLECT = "Run `manage.py collectstatic --no-input --ignore redoc`."
NOT_NEEDED = ["*redoc*"]  # what --ignore leaves out


@register(Tags.security, deploy=True)
def letters_arrive(app_configs: Any, **given: Any) -> list[CheckMessage]:
    if not settings.EMAIL_BACKEND.endswith("console.EmailBackend"):
        return []
    return [Warning(NO_LETTERS, hint="Name a server for mail.", id="portal.W005")]


@register(Tags.security, deploy=True)
def owner_is_elsewhere(app_configs: Any, **given: Any) -> list[CheckMessage]:
    if settings.MIGRATION_DATABASE is None:
        return []
    return [Warning(OWNER_IS_HERE, hint=KEEP_OWNER_APART, id="portal.W006")]


@register(Tags.security, deploy=True)
def static_files_are_collected(app_configs: Any, **given: Any) -> list[CheckMessage]:
    storage = staticfiles_storage
    if not isinstance(storage, ManifestStaticFilesStorage) or _is_collected(storage):
        return []
    return [Warning(NOT_COLLECTED, hint=COLLECT, id="portal.W007")]


def _is_collected(storage: ManifestStaticFilesStorage) -> bool:
    """Whether the manifest names every file that pages may, and is younger than each."""
    manifest = Path(settings.STATIC_ROOT, storage.manifest_name)
    if not manifest.is_file():
        return False
    collected_at = manifest.stat().st_mtime
    names, _hash = storage.load_manifest()
    return all(
        name in names and Path(source.path(name)).stat().st_mtime <= collected_at
        for finder in finders.get_finders()
        for name, source in finder.list(NOT_NEEDED)
    )


@register(Tags.security, deploy=True)
def proxy_is_named(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """An https address is a proxy's: the portal itself speaks HTTP."""
    if settings.TRUSTED_PROXIES or not settings.SECURE:
        return []
    return [Warning(BEHIND_PROXY, hint=NAME_PROXY, id="portal.W004")]


@register(Tags.security, deploy=True)
def factors_are_sealed(app_configs: Any, **given: Any) -> list[CheckMessage]:
    if settings.FACTOR_KEYS:
        return []
    return [Warning(NO_FACTOR_KEYS, hint=SET_FACTOR_KEYS, id="portal.W020")]


@register(Tags.security, deploy=True)
def passkeys_are_given(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """To a secure address, or to this machine's own."""
    is_here = str(urlsplit(settings.PUBLIC_URL).hostname).endswith("localhost")
    if settings.SECURE or is_here:
        return []
    return [Warning(NO_PASSKEYS, hint="Name an https address.", id="portal.W021")]
