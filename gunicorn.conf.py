"""How the web runs; only the address is given on the command line."""

import gc
from typing import Any

worker_class = "gthread"
workers = 2
threads = 8
timeout = 30
graceful_timeout = 10
loglevel = "warning"
control_socket_disable = True


def post_worker_init(worker: Any) -> None:
    """Load every page before the first is asked for, and have none of it looked at for garbage.

    That look stops all threads of a process for as long as several requests take.
    """
    from django.urls import get_resolver  # the application is loaded by now, not sooner

    get_resolver().url_patterns  # noqa: B018  (found, and kept, when first asked for)
    gc.collect()
    gc.freeze()
