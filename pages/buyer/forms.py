"""What a buyer is asked: the four questions of a request, and what arrived."""

from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from authorizations.models import Outcome, ReceiptReason, Sale, Status
from authorizations.models.sales import NOTHING_ARRIVED
from authorizations.remaining import received_otherwise_kg
from pages.forms import Form, MomentField, QuantityField
from pages.templatetags.portal import quantity as written
from pages.verb_form import AmountForm, DayField, ReasonField, VerbForm
from precursors.errors import Refused
from registry.access import any_vehicle_for
from registry.actors import Actor
from registry.models import Vehicle
from registry.plates import normal_plate

RADIOS_MAX = 8  # more sites than this are offered in a list to open
PURPOSE_LENGTH = 300
OWN_VEHICLES = "own-vehicles"  # the list that stands beside the form

Choices = list[tuple[str, str]]


class ProductForm(VerbForm):
    product = forms.ChoiceField(
        label=_("What do you want to buy?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose a product.")},
    )

    def __init__(self, *args: Any, choices: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["product"].choices = choices  # type: ignore[attr-defined]


class QuantityForm(AmountForm):
    """How much."""


class VendorForm(VerbForm):
    seller = forms.ChoiceField(
        label=_("From which vendor?"),
        widget=forms.RadioSelect,
        error_messages={"required": _("Find the vendor and choose it.")},
    )

    def __init__(self, *args: Any, choices: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["seller"].choices = choices  # type: ignore[attr-defined]


class DeliveryForm(VerbForm):
    site = forms.ChoiceField(
        label=_("Where does it go?"),
        help_text=_("One of your registered sites."),
        widget=forms.RadioSelect,
        error_messages={"required": _("Choose where it goes.")},
    )
    plate = forms.CharField(
        label=_("Plate of the vehicle that collects"),
        help_text=_("Such as ABC-123. It must be registered."),
        max_length=30,
        required=False,
        widget=forms.TextInput(
            attrs={"class": "govuk-input--width-10", "autocomplete": "off", "list": OWN_VEHICLES}
        ),
    )
    purpose = forms.CharField(
        label=_("What is it for?"),
        max_length=PURPOSE_LENGTH,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )

    def __init__(self, *args: Any, choices: Choices, by: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by = by
        site: Any = self.fields["site"]
        if len(choices) > RADIOS_MAX:
            site.widget = forms.Select()
            choices = [("", _("Choose a site")), *choices]  # type: ignore[list-item]
        site.choices = choices
        if len(choices) == 1:
            site.initial = choices[0][0]

    def clean_plate(self) -> str:
        typed: str = self.cleaned_data["plate"]
        if not typed:
            return ""
        if vehicle := vehicle_of(typed, by=self.by):
            return vehicle.plate
        raise forms.ValidationError(
            _("Enter the plate of a registered vehicle, or nothing if you do not know it yet.")
        )


def vehicle_of(plate: str, *, by: Actor) -> Vehicle | None:
    """Find the vehicle of a plate, whoever owns it."""
    try:
        normal = normal_plate(plate)
    except Refused as refusal:
        raise forms.ValidationError(str(refusal.message)) from refusal
    return any_vehicle_for(by).filter(plate=normal).first()


class ConfirmForm(VerbForm):
    """Nothing is asked: the button is the answer, sent once."""


class CancelForm(VerbForm):
    reason = ReasonField(required=False, widget=forms.TextInput())


class ReceiptForm(AmountForm):
    """What arrived. The quantity is never filled in beforehand."""

    needed_sometimes = ("quantity",)

    asked = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    sure = forms.BooleanField(
        label=_("Yes, this is what I accepted"), required=False, widget=forms.HiddenInput
    )
    outcome = forms.ChoiceField(
        label=_("What happened?"), choices=Outcome.choices, widget=forms.RadioSelect
    )
    received_at = MomentField(
        label=_("When did it arrive?"),
        help_text=_("When nothing arrived: when you noticed."),
    )
    quantity = QuantityField(
        label=_("Quantity accepted"),
        help_text=_("What your own scale showed. Leave it empty if nothing was accepted."),
        required=False,
        zero=True,
    )
    reasons = forms.MultipleChoiceField(
        label=_("What was wrong?"),
        choices=ReceiptReason.choices,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    remarks = forms.CharField(
        label=_("Remarks"),
        max_length=500,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    field_order = ["asked", "outcome", "quantity", "unit", "sure", "received_at", "reasons"]

    def __init__(self, *args: Any, sale: Sale, **options: Any) -> None:
        super().__init__(*args, **options)
        self.sale = sale
        self.offer(sale.product.units, sale.quantity_unit)
        self.expect(sale.product, sale.net_kg)

    def clean(self) -> dict[str, Any]:
        """Ask once where the quantity contradicts the rest of the answer."""
        values = self._clean_quantity()
        over_kg = self._unexplained_kg(values) if not self.errors else None
        if not over_kg:
            return values
        self.fields["sure"].widget = forms.CheckboxInput()
        if not (values.get("sure") and values.get("asked") == str(self.amount)):
            self.add_error("sure", self._question(over_kg))
        # As of a sale: another figure is asked about again.
        shown: Any = self.data.copy()  # type: ignore[attr-defined]
        if values.get("asked") != str(self.amount):
            shown.pop(self.add_prefix("sure"), None)
        shown[self.add_prefix("asked")] = str(self.amount)
        self.data = shown
        return values

    def values(self) -> dict[str, Any]:
        """What was told; the answer to the question is not a part of it."""
        return {k: v for k, v in super().values().items() if k not in ("asked", "sure")}

    def _unexplained_kg(self, values: dict[str, Any]) -> Decimal | None:
        """How much it differs from what was sold, beyond what the outcome and reasons tell."""
        amount = self.amount
        if values["outcome"] in NOTHING_ARRIVED or amount is None:
            return None
        over_kg: Decimal | None = self.attempt(lambda: received_otherwise_kg(self.sale, amount))
        if not over_kg:
            return None
        outcome = values["outcome"]
        reason = ReceiptReason.EXCESS if over_kg > 0 else ReceiptReason.SHORTAGE
        is_told = outcome == Outcome.PARTLY_REFUSED and over_kg < 0
        is_told |= outcome != Outcome.SATISFACTORY and reason in values.get("reasons", [])
        return None if is_told else over_kg

    def _question(self, over_kg: Decimal) -> str:
        sentence = (
            gettext("The vendor sold %(sold)s: you accepted %(over)s of product more.")
            if over_kg > 0
            else gettext("The vendor sold %(sold)s: you accepted %(over)s of product less.")
        )
        sold = written(self.sale.quantity_value, self.sale.quantity_unit)
        told = sentence % {"sold": sold, "over": written(abs(over_kg), "kg")}
        ask = gettext("Check the scale, the point and the outcome. If it is right, tick the box.")
        return f"{told} {ask}"

    def _clean_quantity(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "quantity" not in values or "outcome" not in values:
            return values
        if values["outcome"] in NOTHING_ARRIVED and values["quantity"]:
            self.add_error(
                "quantity", _("Leave this empty: according to your answer nothing was accepted.")
            )
        if values["outcome"] not in NOTHING_ARRIVED and not values["quantity"]:
            self.add_error("quantity", _("Enter how much you accepted."))
        return values


class ReceiptCorrectionForm(ReceiptForm):
    """A whole new receipt that replaces one, and why."""

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    reason = ReasonField(label=_("Why is it corrected?"), widget=forms.TextInput())


class HistoryForm(Form):
    """The filters of the buyer's history. All stand in the address."""

    marks_optional = False

    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *Status.choices]
    )
    product = forms.ChoiceField(label=_("Product"), required=False)
    vendor = forms.CharField(
        label=pgettext_lazy("buyer", "Vendor"), required=False, max_length=100
    )
    since = DayField(label=_("From"))
    until = DayField(label=_("To"))

    def __init__(self, *args: Any, products: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["product"].choices = [("", _("All")), *products]  # type: ignore[attr-defined]
