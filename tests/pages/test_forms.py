"""The markup every form is shown in."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.utils import timezone

from pages.forms import Form, MomentField

pytestmark = pytest.mark.usefixtures("plain")


class Question(Form):
    name = forms.CharField(help_text="As on the invoice.")
    choice = forms.ChoiceField(label="Which?", widget=forms.RadioSelect, choices=[("a", "A")])
    plate = forms.CharField(required=False)


class Moment(Form):
    at = MomentField(label="When?")


def test_a_field_names_its_hint_and_its_error() -> None:
    html = Question({}).as_div()
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert 'aria-invalid="true"' in html


def test_a_missing_answer_is_asked_for_by_name() -> None:
    errors = Question({}).errors
    assert errors["name"] == ["Enter this: Name"]
    assert errors["choice"] == ["Choose an answer: Which?"]


def test_what_may_be_left_out_says_so() -> None:
    html = Question().as_div()
    assert html.count("(optional)") == 1


def test_what_another_answer_may_ask_for_is_not_called_optional() -> None:
    class Either(Question):
        needed_sometimes = ("plate",)

    assert "(optional)" not in Either().as_div()


def test_choices_are_a_group_with_a_legend() -> None:
    html = Question({}).as_div()
    assert '<fieldset class="govuk-fieldset" aria-describedby="id_choice_error">' in html
    assert 'class="govuk-radios__input" type="radio"' in html


def test_an_error_of_the_whole_form_is_told_once() -> None:
    form = Question({"name": "x", "choice": "a"})
    form.add_error(None, "Not together.")
    assert form.as_div().count("Not together.") == 1


def test_nothing_in_a_form_runs_or_styles_inline() -> None:
    html = Question({}).as_div() + Moment({}).as_div()
    assert "style=" not in html
    assert "<script" not in html
    assert "placeholder" not in html


def test_a_moment_is_read_in_the_readers_zone() -> None:
    with timezone.override("America/Lima"):
        form = Moment({"at_0": "2026-11-23", "at_1": "12:00"})
        assert form.is_valid(), form.errors
        assert form.cleaned_data["at"] == datetime(2026, 11, 23, 17, 0, tzinfo=UTC)


def test_a_moment_needs_both_its_parts() -> None:
    assert Moment({"at_0": "2026-11-23"}).errors["at"] == ["Enter the date and the time."]
    assert "23/11" not in Moment({"at_0": "23/11/2026", "at_1": "12:00"}).errors["at"][0]
    assert not Moment({"at_0": "23/11/2026", "at_1": "12:00"}).is_valid()
