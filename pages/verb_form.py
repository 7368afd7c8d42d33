"""The form of a verb, which shows what the verb refuses; of an amount; of a reason."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from pages.forms import DateInput, Form, QuantityField, ask_which
from pages.readings import all_readings, doubtful_readings
from precursors.errors import Refused
from precursors.models import Product
from precursors.quantities import Quantity, Unit
from registry.inputs import REASON_LENGTH
from registry.refusal_counts import note_refusal

SHORT = forms.TextInput(attrs={"class": "govuk-input--width-10", "autocomplete": "off"})
LONG = forms.TextInput(attrs={"class": "govuk-input--width-20", "autocomplete": "off"})
UNITS = [(unit.value, unit.label) for unit in Unit]
EARLIEST, LATEST = date(2000, 1, 1), date(2199, 12, 31)
# Verbs name the part of a quantity, forms the field it was typed in.
FIELDS = {"value": "quantity"}


class DayField(forms.DateField):
    """A day by which a list is cut, in the years that the portal knows."""

    def __init__(self, **options: Any) -> None:
        within = [MinValueValidator(EARLIEST), MaxValueValidator(LATEST)]
        super().__init__(required=False, widget=DateInput(), validators=within, **options)


class ReasonField(forms.CharField):
    """Why something is done, of the one length that is kept."""

    def __init__(self, **options: Any) -> None:
        defaults = {"label": _("Reason"), "widget": forms.Textarea(attrs={"rows": 3})}
        super().__init__(max_length=REASON_LENGTH, **{**defaults, **options})


class VerbForm(Form):
    """A form whose values go to one verb, and which shows what the verb refuses."""

    refusal: Refused | None = None

    def act(self, verb: Callable[..., Any]) -> Any:
        """Call the verb with `values`; where it refuses, None, and the form shows why."""
        return self.attempt(lambda: verb(**self.values()))

    def attempt(self, call: Callable[[], Any]) -> Any:
        """As `act`, of anything that may refuse."""
        try:
            return call()
        except Refused as refusal:
            note_refusal(refusal)
            self.show_refusal(refusal)
            return None

    def values(self) -> dict[str, Any]:
        """The verb's arguments: a number and its unit become one quantity."""
        values = dict(self.cleaned_data)
        for name in [name for name in values if f"{name}_unit" in values]:
            number, unit = values[name], Unit(values.pop(f"{name}_unit"))
            values[name] = None if number is None else Quantity(number, unit)
        return values

    def show_refusal(self, refusal: Refused) -> None:
        """Show every reason, beside the field it is about."""
        self.refusal = refusal
        named = str(refusal.data.get("field", ""))
        field = FIELDS.get(named, named)
        reasons = [reason["detail"] for reason in refusal.data.get("reasons", [])]
        for sentence in reasons or [str(refusal.message)]:
            self.add_error(field if field in self.fields else None, sentence)


class ReasonForm(VerbForm):
    """Why an officer acts."""

    reason = ReasonField(help_text=_("It is kept permanently."))


class AmountForm(VerbForm):
    """A quantity and its unit. Asks where another reading is much nearer to what is expected."""

    quantity = QuantityField(label=_("Quantity"))
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)
    expected: tuple[Product, tuple[Decimal, ...]] | None = None

    def expect(self, product: Product, *net_kg: Decimal) -> None:
        """State which masses of the substance are to be expected."""
        self.expected = product, net_kg

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if self.expected and self.amount:
            product, masses = self.expected
            unit = self.amount.unit
            figures = [product.largest_in_unit(kg, unit) for kg in masses if kg > 0]
            self.ask_for_reading("quantity", figures)
        return values

    def readings_of(self, name: str) -> list[Decimal]:
        """Return what was typed in a field, in every way it can be read."""
        typed = str(self.data.get(self.add_prefix(name), ""))
        return [self.cleaned_data[name], *map(Decimal, all_readings(typed))]

    def ask_for_reading(self, name: str, figures: list[Decimal]) -> None:
        """Ask which number is meant, where another reading is much nearer to a figure."""
        widget: Any = self.fields[name].widget
        key = self.add_prefix(name)
        if widget.chosen(self.data, key):
            return
        typed, number = str(self.data.get(key, "")), self.cleaned_data[name]
        widget.offered = doubtful_readings(typed, number, figures)
        if widget.offered:
            self.add_error(name, ask_which(widget.offered))

    @property
    def amount(self) -> Quantity | None:
        """What was typed, once valid; None where nothing was."""
        value, unit = self.cleaned_data.get("quantity"), self.cleaned_data.get("unit")
        return Quantity(value, Unit(unit)) if value and unit else None

    def values(self) -> dict[str, Any]:
        """As in any form; the amount is the verb's `quantity`."""
        others = {k: v for k, v in super().values().items() if k not in ("quantity", "unit")}
        return {**others, "quantity": self.amount}

    def offer(self, units: list[Unit], first: str = "") -> None:
        """Offer these units alone, the one asked for chosen already."""
        field: Any = self.fields["unit"]
        field.choices = [(unit.value, unit.label) for unit in units]
        field.initial = first or units[0].value
