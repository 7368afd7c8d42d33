"""Forms as the portal shows and reads them; the markup stands in `templates/django/forms/`."""

import re
from collections.abc import Callable
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.forms.utils import pretty_name
from django.utils.functional import Promise, lazy
from django.utils.translation import gettext_lazy as _

from pages.readings import all_readings, readings
from precursors import quantities, signs
from precursors.errors import Refused

# A point stands before decimals; commas or spaces between groups of three may stand before it.
GROUPED = re.compile(r"[0-9]{1,3}(?:,[0-9]{3})+\.[0-9]+|[0-9]{1,3}(?:,[0-9]{3}){2,}")
SPACED = re.compile(r"[0-9]{1,3}(?:[ \u00a0\u202f][0-9]{3})+(?:\.[0-9]+)?")
PLAIN = re.compile(r"[0-9]+(?:\.[0-9]+)?|\.[0-9]+")
NEGATIVE = re.compile(r"[-\u2212]\s*[0-9.,]+")

NUMERIC = (forms.IntegerField, forms.DateField)  # a decimal is one, too

DJANGO_MISSING = forms.Field.default_error_messages["required"]
# The field is named in the sentence, because the summary shows it far from the field.
MISSING = _("Enter this: %(label)s")
ISO_DAY = _("Enter the date as year, month and day, like 2026-11-23.")
MISSING_CHOICE = _("Choose an answer: %(label)s")


class FormDefaults:
    """The server reports errors, in the page's own words and language."""

    use_required_attribute = False
    marks_optional = True
    needed_sometimes: tuple[str, ...] = ()  # by another answer: neither required nor optional
    fields: dict[str, forms.Field]

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        for name, field in self.fields.items():
            if tidy := _tidying(field):
                field.to_python = partial(_tidied, tidy, field.to_python)  # type: ignore[method-assign]
            if isinstance(field, forms.DateField):
                field.error_messages["invalid"] = ISO_DAY
            if field.error_messages.get("required") == DJANGO_MISSING:
                label = field.label or pretty_name(name)
                field.error_messages["required"] = lazy(_missing, str)(field, label)


class Form(FormDefaults, forms.Form):
    """The form of a page."""


class ModelForm(FormDefaults, forms.ModelForm):  # type: ignore[type-arg]
    """The form of a page that enters one row."""


def _tidying(field: forms.Field) -> Callable[[str], str] | None:
    """How what is typed in a field is rid of signs that show nothing; a password is not.

    Only a text area takes several lines.
    """
    if isinstance(field, forms.CharField):
        lines = isinstance(field.widget, forms.Textarea)
        return partial(signs.tidy, lines=lines) if field.strip else None
    return signs.plain if isinstance(field, NUMERIC) else None


def _tidied(tidy: Callable[[str], str], to_python: Callable[[Any], Any], value: Any) -> Any:
    return to_python(tidy(value) if isinstance(value, str) else value)


def _missing(field: forms.Field, label: str | Promise) -> str:
    sentence = MISSING_CHOICE if isinstance(field, forms.ChoiceField) else MISSING
    return str(sentence) % {"label": label}


def parse_quantity(text: str, *, zero: bool = False) -> Decimal:
    """Read a quantity as people write it.

    Raises ValidationError with the code not_a_number, not_positive, too_many_decimals,
    too_many_digits or ambiguous_comma; the last one is answered by choosing from `readings`.
    """
    typed = signs.plain(text)
    if choice := readings(typed):
        raise ValidationError(ask_which(choice), code="ambiguous_comma")
    if NEGATIVE.fullmatch(typed):
        raise ValidationError(_("Enter a quantity of more than zero."), code="not_positive")
    number = _plain(typed)
    if zero and not Decimal(number):
        return Decimal(0)
    try:
        return quantities.quantity(number, quantities.Unit.KG).value
    except Refused as refused:
        raise ValidationError(str(refused), code=refused.code) from refused


def _plain(typed: str) -> str:
    """The number without grouping. Anything that is not plainly a number is refused."""
    if GROUPED.fullmatch(typed) or SPACED.fullmatch(typed):
        return re.sub(r"[^0-9.]", "", typed)
    if PLAIN.fullmatch(typed):
        return f"0{typed}" if typed.startswith(".") else typed
    raise ValidationError(
        _("Enter the quantity in digits only, with a point before decimals, like 1250.5."),
        code="not_a_number",
    )


def ask_which(choice: list[str]) -> str:
    return _("This can be read as %(first)s or as %(second)s. Choose which one you mean.") % {
        "first": choice[0],
        "second": choice[1],
    }


class QuantityInput(forms.TextInput):
    """A text field that offers both readings of a number, and takes the one that was chosen."""

    template_name = "django/forms/widgets/quantity.html"
    offered: list[str] | None = None  # readings by a form that knows what to expect
    is_settled = False  # a reading was chosen: its question is not put again

    def __init__(self) -> None:
        super().__init__({"inputmode": "decimal", "autocomplete": "off", "spellcheck": "false"})

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        widget = context["widget"]
        widget["attrs"]["class"] = "govuk-input--width-10"
        read = readings(value) if isinstance(value, str) else []
        widget["readings"], widget["is_settled"] = self.offered or read, self.is_settled
        return context

    def value_from_datadict(self, data: Any, files: Any, name: str) -> Any:
        chosen = self.chosen(data, name)
        self.is_settled = chosen is not None
        return chosen or data.get(name)

    def chosen(self, data: Any, name: str) -> str | None:
        """The reading that was chosen of what was typed."""
        typed = data.get(name)
        chosen: str | None = data.get(f"{name}_reading")
        # A text changed after the question was put is a new answer, and wins.
        unchanged = typed == data.get(f"{name}_asked")
        return chosen if unchanged and chosen in all_readings(typed or "") else None


class QuantityField(forms.Field):
    """A quantity above zero, at most three decimals and 15 digits before them.

    Never prefilled by a browser, never guessed: where a comma can be read in two ways the person
    is asked. With `zero`, nothing is a quantity too.
    """

    widget = QuantityInput
    default_error_messages = {"required": _("Enter the quantity.")}

    def __init__(self, *, zero: bool = False, **options: Any) -> None:
        super().__init__(**options)
        self.zero = zero

    def to_python(self, value: Any) -> Decimal | None:
        if value in self.empty_values or not str(value).strip():
            return None
        return parse_quantity(str(value), zero=self.zero)

    def prepare_value(self, value: Any) -> Any:
        return f"{value.normalize():f}" if isinstance(value, Decimal) else value


class DateInput(forms.DateInput):
    """The browser's own date field; sent, and shown without it, as 2026-11-23."""

    input_type = "date"

    def __init__(self, attrs: dict[str, Any] | None = None) -> None:
        super().__init__(attrs={"class": "govuk-input--width-10", **(attrs or {})})
        self.format = "%Y-%m-%d"


class MomentInput(forms.SplitDateTimeWidget):
    """A date and a time of day, each with a label of its own."""

    template_name = "django/forms/widgets/moment.html"

    def __init__(self) -> None:
        super().__init__(
            date_attrs=dict[str, Any](type="date", label=_("Date")),
            time_attrs=dict[str, Any](type="time", label=_("Time")),
            date_format="%Y-%m-%d",
            time_format="%H:%M",
        )


class MomentField(forms.SplitDateTimeField):
    """A moment in the reader's time zone. Gives an aware datetime."""

    widget = MomentInput
    default_error_messages = {
        "required": _("Enter the date and the time."),
        "invalid_date": ISO_DAY,
        "invalid_time": _("Enter the time of day as hours and minutes, like 09:05."),
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(
            input_date_formats=["%Y-%m-%d"], input_time_formats=["%H:%M", "%H:%M:%S"], **options
        )
