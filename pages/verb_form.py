"""What every form of a buyer's or vendor's page shares: it says what a verb refuses."""

from collections.abc import Callable
from datetime import date
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.utils.translation import gettext_lazy as _

from pages.forms import DateInput, Form, QuantityField
from precursors.errors import Refused
from precursors.quantities import Quantity, Unit
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


class TellingForm(Form):
    """Tells what a verb refuses, beside the field it is about."""

    refusal: Refused | None = None

    def act(self, verb: Callable[[], Any]) -> Any:
        """Call the verb; where it refuses, None, and the form shows why."""
        try:
            return verb()
        except Refused as refusal:
            note_refusal(refusal)
            self.tell(refusal)
            return None

    def tell(self, refusal: Refused) -> None:
        self.refusal = refusal
        named = str(refusal.data.get("field", ""))
        field = FIELDS.get(named, named)
        reasons = [reason["detail"] for reason in refusal.data.get("reasons", [])]
        for sentence in reasons or [str(refusal.message)]:
            self.add_error(field if field in self.fields else None, sentence)


class AmountForm(TellingForm):
    """A quantity and its unit."""

    quantity = QuantityField(label=_("Quantity"))
    unit = forms.ChoiceField(label=_("Unit"), choices=UNITS)

    @property
    def amount(self) -> Quantity | None:
        """What was typed, once valid; None where nothing was."""
        value, unit = self.cleaned_data.get("quantity"), self.cleaned_data.get("unit")
        return Quantity(value, Unit(unit)) if value and unit else None

    def offer(self, units: list[Unit], first: str = "") -> None:
        """Offer these units alone, the one asked for chosen already."""
        field: Any = self.fields["unit"]
        field.choices = [(unit.value, unit.label) for unit in units]
        field.initial = first or units[0].value
