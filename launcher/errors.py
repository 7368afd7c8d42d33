"""The two exceptions that end the launcher, and sentences for what the system refuses."""

import errno


class CannotStart(Exception):
    """A reason not to go on, as a sentence for the person at the terminal."""


class Stopped(Exception):
    """Ctrl-C, SIGTERM or SIGHUP arrived."""


FULL = {errno.ENOSPC, errno.EDQUOT}
FORBIDDEN = {errno.EACCES, errno.EPERM, errno.EROFS}
FULL_WORDS = ("No space left on device", "Check free disk space", "Disk quota exceeded")


def sentence_for(error: OSError) -> str:
    """Return a sentence on what the operating system refused, and what helps."""
    where = error.filename or "a file"
    if error.errno in FULL:
        return f"The disk is full: {where} could not be written. Make room and start again."
    if error.errno in FORBIDDEN:
        return not_ours(where)
    return f"{where}: {error.strerror or error}."


def not_ours(where: object) -> str:
    return (
        f"{where} cannot be used by this account. Start the portal with the account that "
        "ran it before, or name another directory with PORTAL_DATA_DIR."
    )


def speaks_of_full_disk(output: str) -> bool:
    return any(words in output for words in FULL_WORDS)
