"""What a client did and was told: a line when it acts, a line when it knows what came of it."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from tests.torture.acts import Act

INVOKED, OK, FAILED, UNKNOWN, WRONG = "invoked", "ok", "failed", "unknown", "wrong"


class Journal:
    """Written line by line, so that even a killed client's can be read."""

    def __init__(self, path: Path) -> None:
        self.file = path.open("w")

    def write(self, key: str, act: Act, what: str, told: str = "") -> None:
        line = {"key": key, "act": act.as_json(), "what": what, "told": told}
        self.file.write(json.dumps(line) + "\n")
        self.file.flush()


@dataclass
class Story:
    """Everything that was told under one key, by whichever client."""

    key: str
    act: dict[str, Any]
    invoked: int = 0
    told: dict[str, list[str]] = field(default_factory=dict)

    def of(self, what: str) -> list[str]:
        return self.told.get(what, [])

    @property
    def is_settled(self) -> bool:
        """Every time it was tried and nothing was heard, it was tried again until it was."""
        return len(self.of(OK)) + len(self.of(FAILED)) + len(self.of(UNKNOWN)) == self.invoked

    @property
    def verb(self) -> str:
        return str(self.act["verb"])

    def __str__(self) -> str:
        return f"{self.verb} by {self.act['by']} on {self.act['target']} ({self.key})"


def read(directory: Path) -> list[Story]:
    """The stories of all clients."""
    stories: dict[str, Story] = {}
    for line in _lines(directory):
        story = stories.setdefault(line["key"], Story(line["key"], line["act"]))
        if line["what"] == INVOKED:
            story.invoked += 1
        else:
            story.told.setdefault(line["what"], []).append(line["told"])
    return list(stories.values())


def _lines(directory: Path) -> Iterator[dict[str, Any]]:
    for path in sorted(directory.glob("*.journal")):
        yield from map(json.loads, path.read_text().splitlines())
