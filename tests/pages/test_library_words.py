"""Sentences of Django's own forms, in the portal's Spanish."""

from typing import Any

import pytest
from django import forms
from django.utils import translation

FIELDS = [
    (forms.EmailField(), "x"),
    (forms.URLField(assume_scheme="https"), "x"),
    (forms.IntegerField(), "x"),
    (forms.DecimalField(), "x"),
    (forms.DateField(), "x"),
    (forms.TimeField(), "x"),
    (forms.DateTimeField(), "x"),
    (forms.UUIDField(), "x"),
    (forms.RegexField("^y$"), "x"),
    (forms.MultipleChoiceField(), "x"),
    (forms.CharField(max_length=2), "xxx"),
    (forms.CharField(min_length=2), "x"),
    (forms.DecimalField(max_digits=2), "123"),
    (forms.DecimalField(decimal_places=1), "1.23"),
    (forms.DecimalField(max_digits=2, decimal_places=1), "12"),
]


@pytest.mark.parametrize(("field", "typed"), FIELDS, ids=lambda each: type(each).__name__)
def test_what_is_wrong_is_told_as_the_portal_speaks(field: Any, typed: str) -> None:
    with translation.override("es"), pytest.raises(forms.ValidationError) as wrong:
        field.clean(typed)
    with translation.override("es"):
        sentence = " ".join(map(str, wrong.value.messages))
    assert sentence.startswith(("Ingrese", "Escriba")), sentence
