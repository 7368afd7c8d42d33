from pathlib import Path

import polib
import pytest

from launcher import translations
from launcher.translations import Message

PYTHON = """
from django.utils.translation import gettext as _, ngettext_lazy, pgettext
_("One " "text")
ngettext_lazy("%(n)s load", "%(n)s loads", 3)
pgettext("verb", "Issue")
_(name)
other("Not this")
"""
TEMPLATE = """
{% load i18n %}<p title="{% trans 'Short "quoted"' %}">{{ _("In a filter")|upper }}
{% blocktrans trimmed with a=b.c %}
  Over {{ a }} kg
{% endblocktrans %}{% blocktrans count n=3 %}one flag{% plural %}{{ n }} flags{% endblocktrans %}
{% trans "Close" context "door" %} {% comment %}{% trans "no" %}{% endcomment %}
"""


@pytest.fixture
def sources(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    (tmp_path / "registry").mkdir()
    (tmp_path / "templates").mkdir()
    (tmp_path / "registry" / "views.py").write_text(PYTHON)
    (tmp_path / "templates" / "page.html").write_text(TEMPLATE)
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "PO", tmp_path / "django.po")
    monkeypatch.setattr(translations, "MO", tmp_path / "django.mo")
    catalogue = polib.POFile()
    catalogue.metadata = {"Content-Type": "text/plain; charset=UTF-8"}
    catalogue.save(str(tmp_path / "django.po"))
    return tmp_path


def complete(path: Path) -> polib.POFile:
    translations.update()
    catalogue = polib.pofile(str(path / "django.po"))
    for entry in catalogue:
        entry.msgstr = "" if entry.msgid_plural else f"es {entry.msgid}"
        if entry.msgid_plural:
            entry.msgstr_plural = {0: f"es {entry.msgid}", 1: f"es {entry.msgid_plural}"}
    return catalogue


def store(catalogue: polib.POFile, path: Path) -> None:
    catalogue.save(str(path / "django.po"))
    catalogue.save_as_mofile(str(path / "django.mo"))


def test_every_translatable_text_is_found(sources: Path) -> None:
    assert set(translations.messages()) == {
        Message("One text"),
        Message("%(n)s load", plural="%(n)s loads"),
        Message("Issue", context="verb"),
        Message('Short "quoted"'),
        Message("In a filter"),
        Message("Over %(a)s kg"),
        Message("one flag", plural="%(n)s flags"),
        Message("Close", context="door"),
    }


def test_a_complete_catalogue_has_no_problems(sources: Path) -> None:
    store(complete(sources), sources)
    assert translations.problems() == []


def test_a_missing_text_is_named_with_its_place(sources: Path) -> None:
    catalogue = complete(sources)
    catalogue.remove(catalogue.find("One text"))
    store(catalogue, sources)
    assert translations.problems() == ["registry/views.py: 'One text' is not translated."]


def test_an_empty_translation_and_an_empty_plural_are_missing(sources: Path) -> None:
    catalogue = complete(sources)
    catalogue.find("One text").msgstr = ""
    catalogue.find("one flag").msgstr_plural[1] = ""
    store(catalogue, sources)
    assert len(translations.problems()) == 2


def test_the_same_text_in_another_context_is_another_one(sources: Path) -> None:
    catalogue = complete(sources)
    catalogue.find("Issue", msgctxt="verb").msgctxt = "noun"
    store(catalogue, sources)
    assert any("'Issue' is not translated" in problem for problem in translations.problems())


def test_a_fuzzy_entry_is_a_problem(sources: Path) -> None:
    catalogue = complete(sources)
    catalogue.find("One text").flags.append("fuzzy")
    store(catalogue, sources)
    assert "'One text' is marked fuzzy." in translations.problems()


def test_a_lost_placeholder_is_a_problem(sources: Path) -> None:
    catalogue = complete(sources)
    catalogue.find("Over %(a)s kg").msgstr = "Más de a kg"
    store(catalogue, sources)
    assert any("names other values" in problem for problem in translations.problems())


def test_a_compiled_file_that_is_older_is_a_problem(sources: Path) -> None:
    catalogue = complete(sources)
    store(catalogue, sources)
    catalogue.find("One text").msgstr = "otra cosa"
    catalogue.save(str(sources / "django.po"))
    assert any("is older than" in problem for problem in translations.problems())


def test_update_keeps_what_is_translated_and_drops_what_is_gone(sources: Path) -> None:
    store(complete(sources), sources)
    (sources / "registry" / "views.py").write_text("_('One text'); _('A new one')")
    translations.update()
    kept = {entry.msgid: entry.msgstr for entry in polib.pofile(str(sources / "django.po"))}
    assert kept["One text"] == "es One text"
    assert kept["A new one"] == ""
    assert "%(n)s load" not in kept
