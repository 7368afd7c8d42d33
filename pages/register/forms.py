"""What the pages of the register ask for."""

from typing import Any

from django import forms
from django.contrib.auth.password_validation import password_validators_help_texts
from django.utils.functional import lazy
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _

from pages.forms import DateInput, Form, QuantityField
from pages.verb_form import ReasonField, VerbForm
from precursors.errors import Refused
from precursors.models import Precursor
from precursors.quantities import Unit
from registry.models import Membership
from registry.models.firms import Activity, Period
from registry.models.people import Role
from registry.models.places import PAPER_LENGTH

MASSES = [(unit.value, unit.label) for unit in Unit if unit.dimension == "mass"]
UNITS = [(unit.value, unit.label) for unit in Unit]
SHORT = {"class": "govuk-input--width-10"}
DECIMAL = {"inputmode": "decimal", **SHORT}


class DecisionForm(VerbForm):
    """What a second officer says to a proposal."""

    note = ReasonField(
        label=_("Note"),
        required=False,
        help_text=_("For whoever proposed it. It is kept permanently."),
    )


class OrganizationForm(VerbForm):
    tax_id = forms.CharField(
        label=_("Tax number (RUC)"),
        help_text=_("RUC, 11 digits. A foreign one with its country, such as CO:9001234568."),
        max_length=40,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
    name = forms.CharField(label=_("Name of the firm"), max_length=200)


class LicenseForm(VerbForm):
    number = forms.CharField(
        label=_("License number"),
        max_length=50,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
    valid_from = forms.DateField(label=_("First day"), widget=DateInput())
    valid_to = forms.DateField(label=_("Last day"), widget=DateInput())


class PermitForm(VerbForm):
    precursor = forms.ModelChoiceField(
        Precursor.objects.none(), label=_("Precursor"), empty_label=_("Choose a precursor")
    )
    activity = forms.ChoiceField(
        label=_("Activity"), choices=Activity.choices, widget=forms.RadioSelect
    )
    limit = QuantityField(
        label=_("Limit per period"), help_text=_("Mass of the substance contained.")
    )
    limit_unit = forms.ChoiceField(label=_("Unit of the limit"), choices=MASSES)
    period = forms.ChoiceField(label=_("Period"), choices=Period.choices, widget=forms.RadioSelect)
    automatic_limit = QuantityField(
        label=_("Automatic limit"),
        help_text=_(
            "Requests that stay within it over 7 days are granted at once. Leave it empty, and"
            " each request waits for an officer."
        ),
        required=False,
    )
    automatic_limit_unit = forms.ChoiceField(
        label=_("Unit of the automatic limit"), choices=MASSES
    )

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        order = "sort_es" if get_language() == "es" else "sort_en"
        choices: Any = self.fields["precursor"]
        choices.queryset = Precursor.objects.order_by(order)


class SiteForm(VerbForm):
    needed_sometimes = ("sure",)

    name = forms.CharField(label=_("Name of the site"), max_length=200)
    address = forms.CharField(label=_("Address"), max_length=300)
    ubigeo = forms.CharField(
        label=_("Ubigeo"),
        help_text=_("The district's six digits, such as 150101."),
        max_length=6,
        required=False,
        widget=forms.TextInput(attrs={"inputmode": "numeric", **SHORT}),
    )
    latitude = forms.DecimalField(
        label=_("Latitude"),
        help_text=_("In degrees, such as -12.046374."),
        required=False,
        widget=forms.TextInput(attrs=DECIMAL),
    )
    longitude = forms.DecimalField(
        label=_("Longitude"),
        help_text=_("In degrees, such as -77.042793."),
        required=False,
        widget=forms.TextInput(attrs=DECIMAL),
    )
    storage_limit = QuantityField(
        label=_("Storage limit"), help_text=_("Mass of products."), required=False
    )
    storage_limit_unit = forms.ChoiceField(label=_("Unit of the storage limit"), choices=MASSES)
    sure = forms.BooleanField(
        label=_("The position is right as it stands"), required=False, widget=forms.HiddenInput
    )
    asked = forms.CharField(required=False, max_length=60, widget=forms.HiddenInput)
    field_order = ["name", "address", "ubigeo", "latitude", "longitude", "sure"]

    def values(self) -> dict[str, Any]:
        """As in any form; only who was asked about this very position can be sure of it."""
        values = super().values()
        asked = values.pop("asked")
        return {**values, "sure": values["sure"] and asked == self._position()}

    def show_refusal(self, refusal: Refused) -> None:
        """Where the position is odd, ask."""
        position = self._position()
        super().show_refusal(refusal)
        if refusal.code != "position_doubtful":
            return
        self.fields["sure"].widget = forms.CheckboxInput()
        shown: Any = self.data.copy()  # type: ignore[attr-defined]
        shown["asked"] = position
        shown.pop("sure", None)
        self.data = shown

    def _position(self) -> str:
        given = (self.cleaned_data.get(name) for name in ("ubigeo", "latitude", "longitude"))
        return " ".join(str(value) for value in given)


class VehicleForm(VerbForm):
    plate = forms.CharField(label=_("Plate"), max_length=20, widget=forms.TextInput(attrs=SHORT))
    kind = forms.CharField(label=_("Kind"), help_text=_("Such as tank truck."), max_length=50)
    capacity = QuantityField(label=_("Capacity"), required=False)
    capacity_unit = forms.ChoiceField(label=_("Unit of the capacity"), choices=UNITS)


class DriverForm(VerbForm):
    name = forms.CharField(label=_("Name"), max_length=150)
    document = forms.CharField(
        label=_("DNI or other identity document"),
        max_length=PAPER_LENGTH,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )
    license = forms.CharField(
        label=_("Driver's license"),
        max_length=PAPER_LENGTH,
        required=False,
        widget=forms.TextInput(attrs={"class": "govuk-input--width-20"}),
    )


class AmendSiteForm(SiteForm):
    """A site that is there."""


class OwnSiteForm(AmendSiteForm):
    """What the owner may change itself: where a site lies is the authority's to enter."""

    address = ubigeo = latitude = longitude = None  # type: ignore[assignment]


class AmendVehicleForm(VehicleForm):
    """Another plate is another vehicle."""

    plate = None  # type: ignore[assignment]


class AmendDriverForm(DriverForm):
    """Another document is another driver."""

    document = None  # type: ignore[assignment]


class InviteForm(VerbForm):
    email = forms.EmailField(label=_("E-mail address"))
    role = forms.ChoiceField(label=_("Role"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, roles: list[Role], **options: Any) -> None:
        super().__init__(*args, **options)
        choices: Any = self.fields["role"]
        choices.choices = [(role.value, role.label) for role in roles]
        if len(roles) == 1:
            choices.initial = roles[0]


class AcceptForm(VerbForm):
    name = forms.CharField(
        label=_("Your name"),
        max_length=150,
        widget=forms.TextInput(attrs={"autocomplete": "name"}),
    )
    password = forms.CharField(
        label=_("Choose a password"),
        help_text=lazy(lambda: " ".join(password_validators_help_texts()), str)(),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=_("The password again"),
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        again = values.pop("again", None)
        if "password" in values and again is not None and again != values["password"]:
            self.add_error("again", _("The two passwords differ."))
        return values


class MembershipForm(Form):
    membership = forms.ChoiceField(label=_("For whom do you act?"), widget=forms.RadioSelect)

    def __init__(self, *args: Any, memberships: list[Membership], **options: Any) -> None:
        super().__init__(*args, **options)
        choices: Any = self.fields["membership"]
        choices.choices = [
            (m.pk, f"{m.organization or m.jurisdiction} – {m.get_role_display()}")
            for m in memberships
        ]
