"""What a buyer is asked: the four questions of a request, and what arrived."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from authorizations.models import Outcome, ReceiptReason, Status
from authorizations.models.sales import NOTHING_ARRIVED
from pages.forms import Form, MomentField, QuantityField
from pages.verb_form import SHORT, AmountForm, DayField, ReasonField, VerbForm
from precursors.errors import Refused
from registry.access import any_vehicle_for
from registry.actors import Actor
from registry.models import Vehicle
from registry.plates import normal_plate

RADIOS_MAX = 8  # more sites than this are offered in a list to open
PURPOSE_LENGTH = 300

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
        widget=SHORT,
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
            _("No vehicle of this plate is registered. Leave it empty if you do not know it yet.")
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
    field_order = ["outcome", "quantity", "unit", "received_at", "reasons", "remarks"]

    def clean(self) -> dict[str, Any]:
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


class HistoryForm(Form):
    """The filters of the buyer's history. All stand in the address."""

    marks_optional = False

    status = forms.ChoiceField(
        label=_("Status"), required=False, choices=[("", _("All")), *Status.choices]
    )
    product = forms.ChoiceField(label=_("Product"), required=False)
    vendor = forms.CharField(label=_("Vendor"), required=False, max_length=100)
    since = DayField(label=_("From"))
    until = DayField(label=_("To"))

    def __init__(self, *args: Any, products: Choices, **options: Any) -> None:
        super().__init__(*args, **options)
        self.fields["product"].choices = [("", _("All")), *products]  # type: ignore[attr-defined]
