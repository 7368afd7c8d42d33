"""What an operator may have forgotten, told by `manage.py check --deploy`."""

import os
import re
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
NETWORK_MAX = 2**16  # addresses
KEY_MIN, DIFFERENT_MIN = 50, 10  # characters
INSIDE = ("database", "broker")  # as docker-compose.yml calls them, on a network of their own
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


@register(Tags.security, deploy=True)
def demo_is_off(app_configs: Any, **given: Any) -> list[CheckMessage]:
    if not settings.DEMO_MODE:
        return []
    text = "DEMO_MODE is on: anybody signs in as anybody, and the clock can be moved."
    return [Warning(text, hint="Set DEMO_MODE=off.", id="portal.W008")]


@register(Tags.security, deploy=True)
def hosts_are_named(app_configs: Any, **given: Any) -> list[CheckMessage]:
    if not any(host.startswith(("*", ".")) for host in settings.ALLOWED_HOSTS):
        return []
    text = "ALLOWED_HOSTS lets the portal answer to names that somebody else may have."
    return [Warning(text, hint="Name each host, without * or a dot first.", id="portal.W009")]


@register(Tags.security, deploy=True)
def address_is_secure(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """Cookies, HSTS and links follow PUBLIC_URL: one sentence for all of them."""
    if settings.SECURE and settings.SESSION_COOKIE_NAME.startswith("__Host-"):
        return []
    text = "PUBLIC_URL is not https: whoever is on the line reads codes and takes sessions over."
    hint = "Put a proxy with a certificate in front, and name its https address."
    return [Warning(text, hint=hint, id="portal.W010")]


@register(Tags.security, deploy=True)
def proxies_are_few(app_configs: Any, **given: Any) -> list[CheckMessage]:
    if all(network.num_addresses <= NETWORK_MAX for network in settings.TRUSTED_PROXIES):
        return []
    text = "TRUSTED_PROXIES trusts a network so large that visitors may be in it."
    hint = "Name the proxies' own addresses: each of these may say that it is somebody else."
    return [Warning(text, hint=hint, id="portal.W011")]


@register(Tags.security, deploy=True)
def keys_are_long_and_different(app_configs: Any, **given: Any) -> list[CheckMessage]:
    keys = [settings.SECRET_KEY, *settings.FACTOR_KEYS]
    weak = any(len(key) < KEY_MIN or len(set(key)) < DIFFERENT_MIN for key in keys)
    if not weak and len(set(keys)) == len(keys):
        return []
    text = "SECRET_KEY or one of FACTOR_KEYS is short, simple or used twice."
    hint = "Make each with `python -c 'import secrets; print(secrets.token_urlsafe(50))'`."
    return [Warning(text, hint=hint, id="portal.W012")]


@register(Tags.security, deploy=True)
def broker_is_closed(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """A stranger at the broker could fill it, or have workers do what they do at any moment."""
    address = urlsplit(settings.CELERY_BROKER_URL)
    if address.password or _is_here(address.hostname):
        return []
    text = "CELERY_BROKER_URL names a broker on another machine without a password."
    return [Warning(text, hint="Set requirepass, and redis://:password@…", id="portal.W013")]


@register(Tags.security, deploy=True)
def database_is_reached_over_tls(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """Without a certificate that is checked, whoever is on the line may be the database."""
    known = (settings.DATABASES["default"], settings.MIGRATION_DATABASE)
    bare = [
        one for one in known if one and not _is_here(one.get("HOST")) and not _checks_server(one)
    ]
    if not bare:
        return []
    text = "The database is on another machine, and its certificate is not checked."
    hint = "Add ?sslmode=verify-full&sslrootcert=/path/ca.pem to the address."
    return [Warning(text, hint=hint, id="portal.W014")]


def _checks_server(database: dict[str, Any]) -> bool:
    return database["OPTIONS"].get("sslmode") in {"verify-ca", "verify-full"}


def _is_here(host: str | None) -> bool:
    """Whether nothing leaves this machine on the way there, or the containers' own network."""
    return not host or host.startswith("/") or host in {"localhost", "127.0.0.1", "::1", *INSIDE}


@register(Tags.security, deploy=True)
def web_waits_for_whole_requests(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """Options of gunicorn's in the environment win over gunicorn.conf.py."""
    options = os.environ.get("GUNICORN_CMD_ARGS", "")
    if not re.search(r"(^|\s)(-k|--worker-class|--certfile|--keyfile)\b", options):
        return []
    text = "GUNICORN_CMD_ARGS takes another worker than gunicorn.conf.py: slow clients stop it."
    return [Warning(text, hint="Leave -k, --worker-class and TLS out of it.", id="portal.W015")]
