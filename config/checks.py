"""What an operator may have forgotten, told by `manage.py check --deploy`."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register

BEHIND_PROXY = "TRUSTED_PROXIES is not set: behind a proxy every visitor has one address."
NAME_PROXY = (
    "Name the proxy's address, such as 127.0.0.1, and let it set X-Forwarded-For; else limits on "
    "signing in are everybody's."
)


@register(Tags.security, deploy=True)
def proxy_is_named(app_configs: Any, **given: Any) -> list[CheckMessage]:
    """An https address is a proxy's: the portal itself speaks HTTP."""
    if settings.TRUSTED_PROXIES or not settings.SECURE:
        return []
    return [Warning(BEHIND_PROXY, hint=NAME_PROXY, id="portal.W004")]
