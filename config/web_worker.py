"""The web's worker: a thread works on a request that is there whole, and waits for nobody.

The threads of gunicorn's own worker read and write: as many clients as there are threads, each of
which sends or reads a byte now and then, stop it. Here the loop that waits for all connections
at once gathers the requests and sends the answers, each within its time.
"""

import errno
import select
import selectors
import socket
import time
from collections.abc import Callable
from concurrent.futures import Future
from contextlib import suppress
from functools import partial
from typing import Any

from gunicorn import util
from gunicorn.workers.gthread import TConn, ThreadWorker

from config.incoming import Incoming

HEAD_S = 10.0  # from the first byte, or from connecting, to the end of the headers
BODY_S = 30.0
ANSWER_S = 60.0
LINGER_S = 2.0  # until a client has read the answer and closes
LOOK_EVERY_S = 0.5
AT_ONCE = 64 * 1024
UNSENT_MAX = 4 * 1024 * 1024  # bytes of an answer that a client has not taken yet
HELD_MAX = 128 * 1024 * 1024  # bytes of all connections that wait
ROOM = 0.1  # the share of connections that is closed where there are too many
CONTINUE = b"HTTP/1.1 100 Continue\r\n\r\n"
NOT_NOW = (errno.EAGAIN, errno.EWOULDBLOCK, errno.ECONNABORTED)
NO_FILES = (errno.EMFILE, errno.ENFILE)


class Line:
    """What a thread takes for the socket: the request is in it, and an answer is left in it."""

    def __init__(self, wire: socket.socket) -> None:
        self.wire = wire
        self.request, self.answer = bytearray(), bytearray()

    def recv(self, size: int) -> bytes:
        part = bytes(self.request[:size])
        del self.request[:size]
        return part

    def send(self, data: bytes) -> int:
        """Take a word between: "100 Continue" was said before the body came."""
        return len(data)

    def sendall(self, data: bytes) -> None:
        """Send what goes at once, and keep the rest. Raises BrokenPipeError for a long one."""
        self.answer += data
        self.flush()
        until = time.monotonic() + ANSWER_S
        while len(self.answer) > UNSENT_MAX:
            self._await_room(until - time.monotonic())
            self.flush()

    def _await_room(self, within_s: float) -> None:
        poll = select.poll()
        poll.register(self.wire, select.POLLOUT)
        if within_s <= 0 or not poll.poll(within_s * 1000):
            raise BrokenPipeError(errno.EPIPE, "The client takes too long to read.")

    def flush(self) -> None:
        with suppress(BlockingIOError):
            while self.answer:
                del self.answer[: self.wire.send(memoryview(bytes(self.answer[:AT_ONCE])))]

    def fileno(self) -> int:
        return self.wire.fileno()

    def gettimeout(self) -> float:
        return 0.0

    def setblocking(self, _flag: bool) -> None:
        """Nothing blocks."""

    settimeout = shutdown = setblocking

    def close(self) -> None:
        self.wire.close()


class Connection(TConn):
    """A client's connection: in the loop's hands, or in those of one thread."""

    def __init__(self, cfg: Any, wire: socket.socket, client: Any, server: Any) -> None:
        super().__init__(cfg, wire, client, server)  # which keeps the socket from blocking
        self.wire, self.sock = wire, Line(wire)
        self.incoming = Incoming()
        self.data_ready = True
        self.is_gathering = self.is_kept = False
        self.since = self.due = 0.0
        self.then: Callable[[Connection], None] | None = None

    @property
    def size(self) -> int:
        return len(self.incoming.data) + len(self.sock.answer)

    def receive(self) -> bytes | None:
        """Return what came; nothing at the end, None where there is nothing yet."""
        try:
            return self.wire.recv(AT_ONCE)
        except BlockingIOError:
            return None
        except OSError:
            return b""


class BufferingWorker(ThreadWorker):
    """Gunicorn's worker with threads, but for who reads and writes."""

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.waiting: dict[Connection, None] = {}  # in the loop's hands
        self.next_look = 0.0

    def accept(self, listener: Any) -> None:
        try:
            wire, client = listener.accept()
        except OSError as error:
            if error.errno in NO_FILES:
                self._close_oldest(1)
            elif error.errno not in NOT_NOW:
                raise
            return
        self.nr_conns += 1
        conn = Connection(self.cfg, wire, client, listener.getsockname())
        self._await_request(conn, HEAD_S)

    # A request -----------------------------------------------------------------

    def _await_request(self, conn: Connection, within_s: float) -> None:
        self._await(conn, selectors.EVENT_READ, self._gather, within_s)

    def _gather(self, conn: Connection) -> None:
        part = conn.receive()
        if part is None:
            return
        if not conn.is_gathering and part:
            conn.is_gathering, conn.due = True, time.monotonic() + HEAD_S
        had_head = conn.incoming.head_end
        conn.incoming.add(part)
        self._look_at(conn, had_head=bool(had_head), ended=not part)

    def _look_at(self, conn: Connection, *, had_head: bool, ended: bool) -> None:
        """Hand over what is whole, or will not be read to its end, and wait for the rest."""
        incoming = conn.incoming
        if incoming.is_whole or incoming.has_too_much:
            self._hand_over(conn)
        elif ended and incoming.head_end:
            self._refuse(conn, 400, "Bad Request")
        elif ended:
            self._close(conn)
        elif incoming.has_too_much_head:
            self._refuse(conn, 431, "Request Header Fields Too Large")
        elif incoming.head_end and not had_head:
            conn.due = time.monotonic() + BODY_S
            if incoming.expects_word:
                conn.sock.sendall(CONTINUE)

    def _hand_over(self, conn: Connection) -> None:
        self._leave(conn)
        request, _rest = conn.incoming.split()
        conn.sock.request = bytearray(request)
        self.enqueue_req(conn)

    def handle_request(self, req: Any, conn: Connection) -> Any:
        """Runs in a thread; what was not gathered to its end is the connection's last."""
        if not conn.incoming.is_whole:
            req.force_close()
        return super().handle_request(req, conn)

    def _refuse(self, conn: Connection, status: int, reason: str) -> None:
        conn.is_kept = False
        with suppress(OSError):
            util.write_error(conn.sock, status, reason, "")
        self._send(conn)

    # Its answer ----------------------------------------------------------------

    def finish_request(self, conn: Connection, fs: "Future[Any]") -> None:
        """Send what the thread has left, back in the loop."""
        done = not fs.cancelled() and fs.exception() is None and bool(fs.result())
        conn.is_kept = done and conn.incoming.is_whole and not conn.parser.unreader.buf.getvalue()
        self._send(conn)

    def _send(self, conn: Connection) -> None:
        try:
            conn.sock.flush()
        except OSError:
            return self._close(conn)
        if conn.sock.answer:
            if conn.then != self._send:
                self._await(conn, selectors.EVENT_WRITE, self._send, ANSWER_S)
        elif conn.is_kept:
            self._await_next(conn)
        else:
            self._linger(conn)

    def _await_next(self, conn: Connection) -> None:
        _request, rest = conn.incoming.split()
        conn.incoming, conn.is_gathering = Incoming(rest), bool(rest)
        self._await_request(conn, HEAD_S if rest else self.cfg.keepalive)
        if rest:
            self._look_at(conn, had_head=False, ended=False)

    def _linger(self, conn: Connection) -> None:
        """Close when the client has: what it still sends would cut off its answer (RFC 9112)."""
        conn.is_gathering = False
        with suppress(OSError):
            conn.wire.shutdown(socket.SHUT_WR)
        self._await(conn, selectors.EVENT_READ, self._ignore, LINGER_S)

    def _ignore(self, conn: Connection) -> None:
        if conn.receive() == b"":
            self._close(conn)

    # Waiting -------------------------------------------------------------------

    def _await(
        self, conn: Connection, events: int, then: Callable[[Connection], None], within_s: float
    ) -> None:
        self._leave(conn)
        conn.since = time.monotonic()
        conn.due, conn.then = conn.since + within_s, then
        self.waiting[conn] = None
        self.poller.register(conn.wire, events, partial(self._be_called, conn))

    def _be_called(self, conn: Connection, _wire: Any) -> None:
        if conn.then:  # not closed by an earlier event of the same round
            conn.then(conn)

    def _leave(self, conn: Connection) -> None:
        if conn in self.waiting:
            del self.waiting[conn]
            conn.then = None
            self.poller.unregister(conn.wire)

    def _close(self, conn: Connection) -> None:
        self._leave(conn)
        self.nr_conns -= 1
        conn.wire.close()

    def murder_pending(self) -> None:
        """Called by the loop in each round: end what took too long, and make room."""
        now = time.monotonic()
        if now >= self.next_look or self.nr_conns >= self.worker_connections:
            self.next_look = now + LOOK_EVERY_S
            for conn in [conn for conn in self.waiting if conn.due <= now]:
                self._expire(conn)
            self._make_room()

    def _expire(self, conn: Connection) -> None:
        if conn.is_gathering and conn.then == self._gather:
            conn.is_gathering = False
            self._refuse(conn, 408, "Request Timeout")
        else:
            self._close(conn)

    def _make_room(self) -> None:
        """Close those that wait the longest: who means it is done within moments."""
        held = sum(conn.size for conn in self.waiting)
        if self.nr_conns >= self.worker_connections or held > HELD_MAX:
            self._close_oldest(max(1, round(self.worker_connections * ROOM)))

    def _close_oldest(self, count: int) -> None:
        for conn in sorted(self.waiting, key=lambda conn: conn.since)[:count]:
            self._close(conn)

    def murder_keepalived(self, force: bool = False) -> None:
        for conn in list(self.waiting) if force else []:
            self._close(conn)

    def _cap_keepalive(self, deadline: float) -> None:
        """Let those without a request go soon: the worker stops."""
        for conn in self.waiting:
            if not conn.is_gathering and conn.then == self._gather:
                conn.due = min(conn.due, deadline)
