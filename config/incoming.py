"""Bytes that come in on a connection, and how far the first request in them goes.

Only its length is found out here. What a request says, and whether it is one, is for the server's
parser: it gets the bytes as they came.
"""

import re

HEAD_MAX = 64 * 1024  # bytes, the request line included
BODY_MAX = 512 * 1024  # as sent: a body in chunks is longer than what it carries
GAP = b"\r\n"
LENGTH = re.compile(rb"(?i)\r\ncontent-length:[ \t]*(\d{1,18})[ \t]*(?=\r\n)")
CHUNKED = re.compile(rb"(?i)\r\ntransfer-encoding:[^\r\n]*chunked")
EXPECTS = re.compile(rb"(?i)\r\nexpect:[ \t]*100-continue")
SIZE = re.compile(rb"[ \t]*([0-9a-fA-F]{1,8})[ \t]*(?:;.*)?")


class Incoming:
    """One request, and what was sent behind it."""

    def __init__(self, part: bytes = b"") -> None:
        self.data = bytearray()
        self.head_end = self.end = 0  # 0 while it is not known
        self.expects_word = False  # the body is sent once "100 Continue" has been said
        self._chunked = False
        self._seen = 0
        self.add(part)

    def add(self, part: bytes) -> None:
        self.data += part
        if not self.head_end:
            self._find_head()
        if self.head_end and self._chunked and not self.end:
            self._follow_chunks()

    @property
    def is_whole(self) -> bool:
        return 0 < self.end <= len(self.data)

    @property
    def has_too_much(self) -> bool:
        """Whether its body is longer than any that is read, as far as it is known."""
        return self.head_end > 0 and max(self.end, len(self.data)) - self.head_end > BODY_MAX

    @property
    def has_too_much_head(self) -> bool:
        return not self.head_end and len(self.data) > HEAD_MAX

    def split(self) -> tuple[bytes, bytes]:
        """Return the request, and what came behind it."""
        end = self.end or len(self.data)
        return bytes(self.data[:end]), bytes(self.data[end:])

    def _find_head(self) -> None:
        found = self.data.find(GAP + GAP, max(0, self._seen - 3))
        self._seen = len(self.data)
        if found < 0:
            return
        self.head_end = self._seen = found + 4
        head = bytes(self.data[: self.head_end])
        self.expects_word = EXPECTS.search(head) is not None
        self._chunked = CHUNKED.search(head) is not None
        if not self._chunked:
            length = LENGTH.search(head)
            self.end = self.head_end + (int(length[1]) if length else 0)

    def _follow_chunks(self) -> None:
        """Go from size to size; where none stands, the parser shall say what is wrong."""
        while (line_end := self.data.find(GAP, self._seen)) >= 0:
            size = SIZE.fullmatch(self.data[self._seen : line_end])
            if size is None:
                self.end = len(self.data)
                return
            if int(size[1], 16) == 0:
                last = self.data.find(GAP + GAP, line_end)  # behind the trailers
                self.end = last + 4 if last >= 0 else 0
                return
            self._seen = line_end + 2 + int(size[1], 16) + 2
