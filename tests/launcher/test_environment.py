from pathlib import Path

import pytest

from launcher import environment
from launcher.errors import CannotStart


@pytest.mark.parametrize(
    ("line", "value"),
    [
        ("NAME=plain", "plain"),
        ("  NAME = spaced  ", "spaced"),
        ("export NAME=exported", "exported"),
        ("NAME='single # kept'", "single # kept"),
        ('NAME="double" # said why', "double"),
        ("NAME=bare # said why", "bare"),
        ("NAME=a=b#c", "a=b#c"),
        ("NAME=", ""),
        ("NAME=# nothing", ""),
        ("NAME='unclosed", "'unclosed"),
    ],
)
def test_a_line_of_dotenv_is_read(tmp_path: Path, line: str, value: str) -> None:
    (tmp_path / ".env").write_text(f"# a comment\n\nno assignment\n{line}\n")
    assert environment.read_dotenv(tmp_path / ".env") == {"NAME": value}


def test_the_real_environment_wins_over_dotenv(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".env").write_text("PORT=9000\nLOG_FORMAT=json\n")
    monkeypatch.setenv("PORT", "9001")
    monkeypatch.delenv("LOG_FORMAT", raising=False)
    values = environment.load(tmp_path)
    assert (values["PORT"], values["LOG_FORMAT"]) == ("9001", "json")


def test_an_empty_value_counts_as_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / ".env").write_text("DATABASE_URL=postgres://somewhere/else\n")
    monkeypatch.setenv("DATABASE_URL", "")
    assert environment.is_embedded(environment.load(tmp_path))


@pytest.mark.parametrize("port", ["0", "65536", "-1", "eighty", "80 80", "٨٠", "1e3"])
def test_what_is_no_port_is_named(port: str) -> None:
    with pytest.raises(CannotStart, match=r"^PORT must be a port from 1 to 65535\.$"):
        environment.wanted_port({"PORT": port})


@pytest.mark.parametrize("url", ["localhost:6379", "amqp://host", "redis", "http://host/0"])
def test_what_is_no_broker_is_named_beside_embedded_servers_too(url: str) -> None:
    with pytest.raises(CannotStart, match=r"^CELERY_BROKER_URL must be redis://"):
        environment.check_broker({"CELERY_BROKER_URL": url})


def test_a_broker_that_could_be_one_and_none_at_all_are_taken() -> None:
    for values in ({}, {"CELERY_BROKER_URL": "redis://:secret@host:6379/0"}):
        environment.check_broker(values)


def test_demo_mode_is_on_with_the_embedded_servers_only() -> None:
    assert environment.is_demo({})
    assert not environment.is_demo({"DEMO_MODE": "off"})
    assert not environment.is_demo({"DATABASE_URL": "postgres://a/b"})
    assert environment.is_demo({"DATABASE_URL": "postgres://a/b", "DEMO_MODE": "1"})


def test_the_data_directory_is_absolute(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    assert environment.data_dir({"PORTAL_DATA_DIR": "here"}) == tmp_path / "here"
    assert environment.data_dir({}) == environment.ROOT / ".local"
