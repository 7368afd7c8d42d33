import socket
from collections.abc import Iterator

import pytest

from launcher import ports
from launcher.errors import CannotStart


@pytest.fixture
def taken() -> Iterator[int]:
    with socket.socket() as neighbor:
        neighbor.bind(("127.0.0.1", 0))
        neighbor.listen()
        yield neighbor.getsockname()[1]


def test_the_next_free_port_is_found(taken: int) -> None:
    assert ports.first_free([taken, 21987]) == 21987


def test_a_wanted_port_that_is_taken_is_named(taken: int) -> None:
    with pytest.raises(CannotStart, match=f"Port {taken} is taken by another program"):
        ports.web_port(taken)


def test_no_free_port_at_all_is_said(taken: int) -> None:
    with pytest.raises(CannotStart, match="No free port"):
        ports.first_free([taken])


def test_a_neighbor_on_the_other_loopback_counts() -> None:
    with socket.socket(socket.AF_INET6) as neighbor:
        try:
            neighbor.bind(("::1", 0))
        except OSError:
            pytest.skip("this machine has no IPv6")
        neighbor.listen()
        assert not ports.is_free(neighbor.getsockname()[1])


def test_all_our_ports_are_below_the_systems_own() -> None:
    assert max(*ports.WEB, *ports.POSTGRES, *ports.VALKEY) < 32768
