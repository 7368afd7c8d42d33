"""`run.py sbom`: what the portal is made of, as CycloneDX, from the hashed lock of production."""

import json
import re
import uuid
from pathlib import Path
from typing import Any

from launcher.environment import ROOT
from launcher.errors import CannotStart

LOCK = ROOT / "requirements-production.lock"
PACKAGE = re.compile(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", re.MULTILINE)
HASH = re.compile(r"--hash=sha256:([0-9a-f]{64})")
MISUSED = 2


def sbom(arguments: list[str]) -> int:
    """Print it, or write it to the file that is named. Raises CannotStart."""
    if len(arguments) > 1:
        print("python3 run.py sbom [FILE]")
        return MISUSED
    text = json.dumps(bill_of(LOCK.read_text()), indent=2) + "\n"
    if arguments:
        Path(arguments[0]).write_text(text)
    else:
        print(text, end="")
    return 0


def bill_of(lock: str) -> dict[str, Any]:
    """Return the bill of the packages that a lock names. The same lock gives the same bill."""
    found = list(PACKAGE.finditer(lock))
    ends = [match.start() for match in found[1:]] + [len(lock)]
    parts = [
        _component(match, lock[match.end() : end]) for match, end in zip(found, ends, strict=True)
    ]
    return {
        "bomFormat": "CycloneDX",
        "specVersion": "1.6",
        "serialNumber": f"urn:uuid:{uuid.uuid5(uuid.NAMESPACE_URL, lock)}",
        "version": 1,
        "metadata": {
            "component": {"type": "application", "bom-ref": "portal", "name": "precursor-portal"}
        },
        "components": parts,
        "dependencies": [{"ref": "portal", "dependsOn": [part["bom-ref"] for part in parts]}],
    }


def _component(match: "re.Match[str]", rest: str) -> dict[str, Any]:
    name, version = re.sub(r"[-_.]+", "-", match[1]).lower(), match[2]
    hashes = sorted(set(HASH.findall(rest)))
    if not hashes:
        raise CannotStart(f"{LOCK.name} names {name} without a hash.")
    purl = f"pkg:pypi/{name}@{version}"
    return {
        "type": "library",
        "bom-ref": purl,
        "name": name,
        "version": version,
        "purl": purl,
        "hashes": [{"alg": "SHA-256", "content": content} for content in hashes],
    }
