"""Every health check of the containers, run against processes that are well and that are not."""

import shlex
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
import yaml

from launcher.environment import ROOT
from tests.faults.portal import Portal

SERVICES: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())["services"]
CHECKED = [name for name, service in SERVICES.items() if "healthcheck" in service]
ANSWERS_WITHIN_S = 60  # of a busy machine
CLIENT = """#!/bin/sh
# What the broker's own client does, for a machine that has none.
exec {python} -c "import redis, sys; print('PONG' if redis.Redis.from_url('{url}').ping() else '')"
"""


def command_of(service: str) -> str:
    """The check as a line for `sh`, as Compose passes it on."""
    kind, *words = SERVICES[service]["healthcheck"]["test"]
    line = " ".join(words) if kind == "CMD-SHELL" else shlex.join(words)
    return line.replace("$$", "$")


def is_well(service: str, portal: Portal, directory: Path) -> bool:
    """Whether the check passes here, with the ports of this machine in place of its own."""
    database = urlsplit(portal.environment["DATABASE_URL"])
    line = command_of(service).replace("localhost:8000", f"localhost:{portal.port}")
    own = f"{directory}:{portal.stores.postgres.bin_dir}:{ROOT / '.venv' / 'bin'}"
    environment = {
        **portal.environment,
        "PATH": f"{own}:{portal.environment.get('PATH', '/usr/bin:/bin')}",
        "PGPORT": str(database.port),
    }
    done = subprocess.run(
        ["sh", "-c", line],
        env=environment,
        cwd=ROOT,
        capture_output=True,
        timeout=ANSWERS_WITHIN_S,
        check=False,
    )
    return done.returncode == 0


@pytest.fixture
def clients(portal: Portal, tmp_path: Path) -> Path:
    """A directory with the broker's client, which the wheel of its server does not bring."""
    client = tmp_path / "redis-cli"
    python = ROOT / ".venv" / "bin" / "python"
    client.write_text(CLIENT.format(python=python, url=portal.stores.valkey.url))
    client.chmod(0o755)
    return tmp_path


@pytest.mark.parametrize("service", CHECKED)
def test_the_health_check_passes_of_a_service_that_is_well(
    service: str, portal: Portal, clients: Path
) -> None:
    portal.until(lambda: is_well(service, portal, clients), within_s=ANSWERS_WITHIN_S)


def test_the_health_check_fails_of_a_worker_that_is_not_there(
    portal: Portal, clients: Path
) -> None:
    portal.until(lambda: is_well("worker", portal, clients), within_s=ANSWERS_WITHIN_S)
    with portal.without(portal.worker):
        assert not is_well("worker", portal, clients)


def test_the_health_check_fails_of_a_broker_that_takes_no_questions(
    portal: Portal, clients: Path
) -> None:
    with portal.without(portal.stores.valkey):
        assert not is_well("broker", portal, clients)


def test_every_server_of_the_containers_has_a_health_check() -> None:
    """Not those that listen to nobody: one that ends, and the clock that only rings; nor the
    proxy, whose health is that the portal answers through it.
    """
    assert set(SERVICES) - set(CHECKED) == {"prepare", "beat", "proxy"}
