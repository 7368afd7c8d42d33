"""What docs/architecture.md and CONTRIBUTING.md name exists, and calls what they state."""

import ast
import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import pytest
from django.conf import settings

from authorizations import bell
from oversight import tasks

ROOT = Path(settings.BASE_DIR)
PAGES = ("docs/architecture.md", "CONTRIBUTING.md")
PATH = re.compile(r"`([\w.-]*/[\w./-]*|[\w.-]+\.(?:py|md|toml|json|sql))`")
# `file: name`, and more names of that file.
NAMES = re.compile(r"`([\w./-]+\.py): ([\w.]+)`((?:(?:,| and| or) `\w+`)*)")
HOP = re.compile(r"(\d+)\. `([\w/]+\.py): ([\w.]+)`(?: \((?:from (\d+)|(later))\))?:")
ROOM = re.compile(r"`(\w+)/` ")
Definition = ast.FunctionDef | ast.ClassDef | ast.Assign | ast.AnnAssign


def prose(page: str) -> str:
    """A page in one line, so that a name is found where a line is broken."""
    return " ".join((ROOT / page).read_text().split())


def section(title: str) -> str:
    [found] = re.findall(rf"^## {title}\n(.*?)(?=^## |\Z)", text(), re.MULTILINE | re.DOTALL)
    return str(found)


@cache
def text() -> str:
    return (ROOT / PAGES[0]).read_text()


@cache
def parsed(file: str) -> ast.Module:
    return ast.parse((ROOT / file).read_text())


def definitions(body: list[ast.stmt]) -> dict[str, Definition]:
    """What is defined there, by its name."""
    found: dict[str, Definition] = {}
    for node in body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = node
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            targets = node.targets if isinstance(node, ast.Assign) else [node.target]
            found |= {target.id: node for target in targets if isinstance(target, ast.Name)}
    return found


def definition(file: str, name: str) -> Definition | None:
    outer, _, inner = name.partition(".")
    found = definitions(parsed(file).body).get(outer)
    if inner:
        return definitions(found.body).get(inner) if isinstance(found, ast.ClassDef) else None
    return found


# Names ---------------------------------------------------------------------------------------


@pytest.mark.parametrize("page", PAGES)
def test_every_path_is_there(page: str) -> None:
    named = PATH.findall(prose(page)) + [file for file, *_rest in NAMES.findall(prose(page))]
    assert named
    assert [path for path in named if not is_there(path)] == []


def is_there(path: str) -> bool:
    """From the root or, of what many rooms have, in one of them."""
    return (ROOT / path).exists() or any(
        (ROOT / room / path).exists() for room in rooms_of_the_contract()
    )


@pytest.mark.parametrize("page", PAGES)
def test_every_name_is_defined_in_its_file(page: str) -> None:
    named = [
        (file, name)
        for file, first, more in NAMES.findall(prose(page))
        for name in (first, *re.findall(r"\w+", re.sub(r"\b(and|or)\b", "", more)))
    ]
    assert [pair for pair in named if definition(*pair) is None] == []


# Rooms ---------------------------------------------------------------------------------------


def test_the_rooms_are_the_layers_of_the_contract() -> None:
    items = section("Rooms, from the ground up").split("\n- ")[1:]
    assert [set(ROOM.findall(item.partition("\n\n")[0])) for item in items] == [
        set(layer.split(" | ")) for layer in reversed(layers())
    ]


def layers() -> list[str]:
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    [rooms] = [one for one in contracts["contracts"] if one["name"].startswith("Rooms")]
    assert not rooms.get("ignore_imports")
    return list(rooms["layers"])


def rooms_of_the_contract() -> list[str]:
    return [room for layer in layers() for room in layer.split(" | ")]


# Hops ----------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Hop:
    file: str
    name: str
    caller: "Hop | None"


def chains() -> list[list[Hop]]:
    """Both ways of a sale; a hop that comes later is called by nobody."""
    found: list[list[Hop]] = []
    for number, file, name, caller, later in HOP.findall(section("From a vendor's POST.*?")):
        if number == "1":
            found.append([])
        hops = found[-1]
        assert int(number) == len(hops) + 1
        before = int(caller or len(hops))
        hops.append(Hop(file, name, hops[before - 1] if hops and not later else None))
    return found


def test_both_ways_lead_to_the_verb() -> None:
    by_program, by_page = chains()
    verb = ("authorizations/operations/sales.py", "record_sale")
    assert verb in [(hop.file, hop.name) for hop in by_program]
    assert verb == (by_page[-1].file, by_page[-1].name)
    assert by_program[-1].name == "flags_for"


CALLS = [hop for chain in chains() for hop in chain if hop.caller]


def test_few_hops_are_called_by_nobody() -> None:
    hops = [hop for chain in chains() for hop in chain]
    assert len(hops) - len(CALLS) <= 2 + 3  # the first of each chain, and those that come later
    assert tasks.work.name == bell.WORK


@pytest.mark.parametrize("hop", CALLS, ids=lambda hop: hop.name)
def test_a_hop_is_called_by_the_one_before(hop: Hop) -> None:
    assert hop.caller
    assert set(hop.name.split(".")) & names_used(hop.caller)
    assert hop.file == hop.caller.file or is_imported(hop)


def names_used(hop: Hop) -> set[str]:
    """The names that a hop uses, itself or by way of the private functions of its file."""
    functions = definitions(parsed(hop.file).body)
    start = definition(hop.file, hop.name)
    assert start
    used: set[str] = set()
    ahead = [start]
    while ahead:
        fresh = set(names_in(ahead.pop())) - used
        used |= fresh
        ahead += [functions[name] for name in fresh & functions.keys() if name.startswith("_")]
    return used


def names_in(node: ast.AST) -> Iterator[str]:
    for each in ast.walk(node):
        if isinstance(each, ast.Name):
            yield each.id
        elif isinstance(each, ast.Attribute):
            yield each.attr


def is_imported(hop: Hop) -> bool:
    """Whether the caller's file imports the module of the hop, or a package that offers it."""
    assert hop.caller
    module = hop.file.removesuffix(".py").replace("/", ".")
    offered = {module, *(module.rsplit(".", n)[0] for n in range(1, module.count(".") + 1))}
    return bool(offered & set(imports_of(hop.caller.file)))


def imports_of(file: str) -> Iterator[str]:
    for node in ast.walk(parsed(file)):
        if isinstance(node, ast.Import):
            yield from (each.name for each in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from (f"{node.module}.{each.name}" for each in node.names)
            yield str(node.module)
