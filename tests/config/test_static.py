"""What is served as it was built: its origin is written down, and it runs nothing inline."""

import hashlib
import re
from pathlib import Path

import pytest
from django.conf import settings

ROOT = Path(settings.BASE_DIR)
VENDORED = (ROOT / "static" / "VENDORED.md").read_text()
ROWS = re.findall(r"^\| (\S+) \| .* \| ([0-9a-f]{64}) \|$", VENDORED, re.MULTILINE)
# A policy without 'unsafe-inline' blocks all of these, silently for whoever does not look.
INLINE = re.compile(r"<script(?![^>]*\bsrc=)[^>]*>|<style|\bstyle=|\bon[a-z]+=|javascript:")


@pytest.mark.parametrize(("file", "sha256"), ROWS)
def test_a_vendored_file_is_the_one_written_down(file: str, sha256: str) -> None:
    assert hashlib.sha256((ROOT / file).read_bytes()).hexdigest() == sha256


def test_every_vendored_file_is_written_down() -> None:
    built = {f"static/{path.relative_to(ROOT / 'static')}" for path in built_files()}
    assert built <= {file for file, _ in ROWS}


WRITTEN_HERE = {"passkeys.js", "supported.js"}


def built_files() -> list[Path]:
    own = ROOT / "static"
    return [
        path for path in [*own.glob("css/*"), *own.glob("js/*")] if path.name not in WRITTEN_HERE
    ]


def test_no_template_runs_or_styles_anything_inline() -> None:
    templates = (ROOT / "templates").rglob("*.html")
    found = {str(path): INLINE.findall(path.read_text()) for path in templates}
    assert not {path: hits for path, hits in found.items() if hits}


TABLE = re.compile(r'<div[^>]*class="app-table[^"]*".*?</table>', re.DOTALL)
CELL = re.compile(r"<td\b(?:\{%.*?%\}|[^>])*>", re.DOTALL)


@pytest.mark.parametrize(
    "template", sorted((ROOT / "templates").rglob("*.html")), ids=lambda path: path.stem
)
def test_every_table_becomes_cards_on_a_telephone(template: Path) -> None:
    text = template.read_text()
    tables = TABLE.findall(text)
    assert len(tables) == text.count("<table"), "a table stands in an app-table"
    for table in tables:
        assert "app-table--cards" in table
        head, body = table.split("<tbody", 1)
        named = re.findall(r'<th scope="col"[^>]*>\s*\{%', head)
        for row in body.split("<tr")[1:]:
            labels = [cell for cell in CELL.findall(row) if "data-label" in cell]
            without = 0 if '<th scope="row"' not in row else 1
            assert len(labels) == len(named) - without, row
