"""What a vendor is asked: a code, and what really happened."""

import re
from collections.abc import Callable
from decimal import Decimal
from typing import Any
from uuid import uuid4

from django import forms
from django.db.models import QuerySet
from django.utils.html import escape
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from authorizations.acts.reports import PAPERS, SaleReport
from authorizations.models import Authorization, Sale
from authorizations.models.sales import PAPER_LENGTH
from authorizations.remaining import beyond_tolerance_kg
from pages.forms import Form, MomentField, QuantityField
from pages.seller.repetition import Load, describe, find_alike
from pages.templatetags.portal import inline
from pages.templatetags.portal import quantity as written
from pages.verb_form import LONG, SHORT, AmountForm, DayField, ReasonField, VerbForm
from precursors.errors import Refused
from precursors.models import Product
from precursors.operations import products_for
from precursors.quantities import Unit
from registry.access import partners_for
from registry.actors import Actor
from registry.models import Organization, Site
from registry.plates import TOLD_LENGTH
from registry.tax_numbers import normal_tax_id

BETWEEN_SEALS = re.compile(r"[\n\r,;]+")
SEALS_MAX = 100


class CodeForm(VerbForm):
    code = forms.CharField(
        label=_("Code"),
        help_text=_(
            "12 letters and digits, such as 7K2M-9QXD-4T8C. Spaces and hyphens do not matter."
        ),
        max_length=60,
        widget=forms.TextInput(
            attrs={
                "class": "govuk-input--width-20 govuk-input--extra-letter-spacing",
                "autocomplete": "off",
                "autocapitalize": "characters",
                "spellcheck": "false",
            }
        ),
        error_messages={"required": _("Type the code that the buyer shows you.")},
    )

    def show_refusal(self, refusal: Refused) -> None:
        """Whatever is wrong with a look-up is shown at the code."""
        self.refusal = refusal
        self.add_error("code", str(refusal.message))


class ReportForm(AmountForm):
    """A sale as it really happened. The quantity is never filled in beforehand.

    Asks once before what has been recorded already is recorded again.
    """

    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    asked = forms.CharField(widget=forms.HiddenInput, required=False, max_length=60)
    quantity = QuantityField(
        label=_("Quantity sold"), help_text=_("What the scale or the meter showed.")
    )
    explanation = ReasonField(
        label=_("Why is it more than the code allows?"), required=False, widget=forms.TextInput()
    )
    repeated = forms.BooleanField(
        label=_("Yes, this is another load"), required=False, widget=forms.HiddenInput
    )
    sold_at = MomentField(label=_("When was it handed over?"))
    site = forms.ChoiceField(
        label=_("At which of your sites?"), error_messages={"required": _("Choose the site.")}
    )
    plate = forms.CharField(
        label=_("Plate of the vehicle that collected"),
        help_text=_(
            "With its trailers, such as T1A-801 / T2B-114. Where there is no plate, write what you"
            " were told, such as S/P, or nothing."
        ),
        max_length=TOLD_LENGTH,
        required=False,
        widget=LONG,
    )
    driver_document = forms.CharField(
        label=_("Driver's DNI or other identity document"),
        max_length=PAPER_LENGTH,
        required=False,
        widget=SHORT,
    )
    driver_license = forms.CharField(
        label=_("Driver's license"), max_length=PAPER_LENGTH, required=False, widget=SHORT
    )
    invoice = forms.CharField(
        label=_("Invoice number"), max_length=PAPER_LENGTH, required=False, widget=LONG
    )
    guide = forms.CharField(
        label=_("Transport guide number"), max_length=PAPER_LENGTH, required=False, widget=LONG
    )
    seals = forms.CharField(
        label=_("Seals"),
        help_text=_("One per line, or with commas between."),
        max_length=12000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 3}),
    )
    gross_kg = QuantityField(label=_("Gross weight, in kg"), required=False)
    tare_kg = QuantityField(label=_("Tare, in kg"), required=False, zero=True)

    def __init__(
        self,
        *args: Any,
        sites: list[Site],
        recorded: QuerySet[Sale],
        was_sent: Callable[..., bool],
        **options: Any,
    ) -> None:
        """`recorded`: the vendor's sales. `was_sent`: whether the form of a `token` was."""
        super().__init__(*args, **options)
        self.recorded, self.was_sent = recorded, was_sent
        self.sites = {str(site.uuid): site for site in sites}
        choices = [(uuid, site.name) for uuid, site in self.sites.items()]
        site: Any = self.fields["site"]
        site.choices = choices if len(choices) == 1 else [("", _("Choose a site")), *choices]
        if "explanation" in self.fields:
            self.fields["explanation"].widget = forms.HiddenInput()

    def clean_seals(self) -> list[str]:
        seals = [seal.strip() for seal in BETWEEN_SEALS.split(self.cleaned_data["seals"])]
        seals = [seal for seal in seals if seal]
        if len(seals) > SEALS_MAX or any(len(seal) > PAPER_LENGTH for seal in seals):
            raise forms.ValidationError(
                _("Enter at most %(count)s seals of at most %(length)s letters each.")
                % {"count": SEALS_MAX, "length": PAPER_LENGTH}
            )
        return seals

    def clean(self) -> dict[str, Any]:
        values: dict[str, Any] = super().clean() or self.cleaned_data
        if "gross_kg" not in values or "tare_kg" not in values:
            return values
        if values["gross_kg"] is not None and values["tare_kg"] is None:
            self.add_error("tare_kg", _("Give both gross and tare, or neither."))
        if values["gross_kg"] is None and values["tare_kg"] is not None:
            self.add_error("gross_kg", _("Give both gross and tare, or neither."))
        self._ask_about_weights()
        return values

    def _ask_about_weights(self) -> None:
        """Hold gross and tare against each other, and both against the quantity."""
        gross, tare = self.cleaned_data.get("gross_kg"), self.cleaned_data.get("tare_kg")
        product, amount = self.handed_over(), self.amount
        if gross is None or tare is None or product is None or amount is None:
            return
        load_kg = self.attempt(lambda: product.product_kg(amount))
        if load_kg is None:
            return
        grosses, tares = self.readings_of("gross_kg"), self.readings_of("tare_kg")
        self.ask_for_reading("gross_kg", [load_kg + each for each in tares])
        self.ask_for_reading("tare_kg", [each - load_kg for each in grosses])

    def ask_about_repetition(self) -> None:
        """Ask whether it is another load, where a sale like it has been recorded."""
        alike = None if self.cleaned_data.get("repeated") else self._alike()
        if alike and not self.was_sent(token=self.cleaned_data.get("token")):
            self.fields["repeated"].widget = forms.CheckboxInput()
            self.add_error("repeated", describe(alike))

    def _alike(self) -> Sale | None:
        values, amount, product = self.cleaned_data, self.amount, self.handed_over()
        if not amount or not product or not {"sold_at", "plate"} <= values.keys():
            return None
        load = Load(values["sold_at"], amount, product.code, values["plate"])
        return find_alike(self.comparable(), load)

    def comparable(self) -> QuerySet[Sale]:
        """The sales that may be the one that is reported."""
        return self.recorded

    def handed_over(self) -> Product | None:
        """Which product was handed over."""
        raise NotImplementedError

    def values(self) -> dict[str, Any]:
        """What was entered, as the verbs take it."""
        return {"token": self.cleaned_data["token"], "report": self.report}

    @property
    def report(self) -> SaleReport:
        values, amount = self.cleaned_data, self.amount
        assert amount  # required
        return SaleReport(
            sold_at=values["sold_at"],
            quantity=amount,
            site=self.sites[values["site"]],
            plate=values["plate"],
            product=self.sold_product,
            reason=values.get("explanation", ""),
            **{name: values[name] for name in PAPERS if name in values},
        )

    @property
    def sold_product(self) -> Product | None:
        """Another product than the code's, where one was named."""
        return None


class SaleForm(ReportForm):
    """A sale against a code; asks once more where it is more than the code allows."""

    other_product = forms.ChoiceField(
        label=_("If another product was handed over, which one?"), required=False
    )
    complete = forms.BooleanField(
        label=_("The sale is complete: no more will be collected on this code"), required=False
    )
    field_order = [
        "token",
        "asked",
        "quantity",
        "unit",
        "explanation",
        "sold_at",
        "site",
        "plate",
        "complete",
    ]

    def __init__(
        self,
        *args: Any,
        authorization: Authorization,
        products: list[Product],
        instead_of: Sale | None = None,
        **options: Any,
    ) -> None:
        super().__init__(*args, **options)
        self.authorization, self.instead_of = authorization, instead_of
        self.products = {product.code: product for product in products}
        self.offer(authorization.product.units, authorization.quantity_unit)
        self.expect(authorization.product, *self._expected_kg())
        if authorization.vehicle:
            self._tell_expected(str(authorization.vehicle))
        same = _("No: it was %(product)s") % {"product": inline(authorization.product)}
        choices = [(code, product.name) for code, product in self.products.items()]
        self.fields["other_product"].choices = [("", same), *choices]  # type: ignore[attr-defined]

    def _tell_expected(self, plate: str) -> None:
        told, hint = gettext("The code names %(plate)s."), self.fields["plate"].help_text
        self.fields["plate"].help_text = f"{told % {'plate': escape(plate)}} {hint}"

    @property
    def sold_product(self) -> Product | None:
        return self.products.get(self.cleaned_data.get("other_product", ""))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self.ask_about_repetition()
        over = self._beyond() if self.amount and self.sold_product is None else None
        if not over:
            return values
        question = self.fields["explanation"]
        question.widget, question.required = forms.TextInput(), True
        explained = values.get("explanation") and values.get("asked") == str(self.amount)
        if not explained:
            self.add_error("explanation", self._question(over))
        # What is asked about is shown with the question: another figure is asked about again.
        shown: Any = self.data.copy()  # type: ignore[attr-defined]
        shown[self.add_prefix("asked")] = str(self.amount)
        self.data = shown
        return values

    def _expected_kg(self) -> list[Decimal]:
        """What the code has left, and all of it; of a sale without a code, what was reported."""
        code, replaced_kg = self.authorization, Decimal(0)
        if self.instead_of:
            replaced_kg = self.instead_of.net_kg
        if not code.code:
            return [replaced_kg]
        return [code.net_kg - code.sold_kg + replaced_kg, code.net_kg]

    def comparable(self) -> QuerySet[Sale]:
        """Those of the code; of a correction, without the reports of the sale itself."""
        if not self.authorization.sold_kg:
            return self.recorded.none()  # so that a code's first sale asks the database nothing
        sales = self.recorded.filter(authorization=self.authorization)
        if self.instead_of is None:
            return sales
        return sales.exclude(pk=self.instead_of.pk)

    def handed_over(self) -> Product:
        return self.sold_product or self.authorization.product

    def _beyond(self) -> Any:
        if not self.authorization.code or self.amount is None:
            return None
        amount, instead_of = self.amount, self.instead_of
        return self.attempt(
            lambda: beyond_tolerance_kg(self.authorization, amount, instead_of=instead_of)
        )

    def _question(self, over_kg: Any) -> str:
        return gettext(
            "This is %(over)s of product more than the code allows. Check the scale and the point."
            " If it is right, give the reason: it will be recorded as it is."
        ) % {"over": written(over_kg, "kg")}


class CorrectionForm(SaleForm):
    """A whole new report that replaces one, and why."""

    reason = ReasonField(label=_("Why is it corrected?"), widget=forms.TextInput())
    field_order = [*SaleForm.field_order[:-1], "complete"]

    def values(self) -> dict[str, Any]:
        return {**super().values(), "reason": self.cleaned_data["reason"]}


class CodelessSaleForm(ReportForm):
    """A sale without a code: an outage, a walk-in. It is recorded, and looked at."""

    buyer = forms.CharField(label=_("Tax number (RUC) of the buyer"), max_length=40, widget=LONG)
    product = forms.ChoiceField(label=_("Product"))
    reason = ReasonField(
        label=_("Why is there no code?"),
        help_text=_("For example: the portal could not be reached."),
        widget=forms.Textarea(attrs={"rows": 2}),
    )
    explanation = None  # type: ignore[assignment]
    field_order = ["token", "reason", "buyer", "product", "quantity", "unit", "sold_at"]

    def __init__(self, *args: Any, by: Actor, **options: Any) -> None:
        super().__init__(*args, **options)
        self.by = by
        self.products = {p.code: p for p in products_for(by.jurisdiction.code)}
        choices = [(code, product.name) for code, product in self.products.items()]
        self.fields["product"].choices = [  # type: ignore[attr-defined]
            ("", _("Choose a product")),
            *choices,
        ]
        self.offer(list(Unit))

    def clean(self) -> dict[str, Any]:
        values = super().clean()
        self.ask_about_repetition()
        return values

    def comparable(self) -> QuerySet[Sale]:
        """All to this buyer, with a code or without."""
        return self.recorded.filter(buyer=self.cleaned_data.get("buyer"))

    def handed_over(self) -> Product | None:
        return self.cleaned_data.get("product")

    def clean_buyer(self) -> Organization:
        try:
            home = self.by.jurisdiction.country
            _country, number = normal_tax_id(self.cleaned_data["buyer"], home=home)
        except Refused as refusal:
            raise forms.ValidationError(str(refusal.message)) from refusal
        found = partners_for(self.by).filter(tax_id=number).first()
        if found is None:
            raise forms.ValidationError(
                _("Enter the RUC of a registered firm: none has this number.")
            )
        return found

    def clean_product(self) -> Product:
        return self.products[self.cleaned_data["product"]]

    def values(self) -> dict[str, Any]:
        given = {name: self.cleaned_data[name] for name in ("buyer", "product", "reason")}
        return {**super().values(), **given}


class VoidForm(VerbForm):
    token = forms.UUIDField(widget=forms.HiddenInput, initial=uuid4)
    reason = ReasonField(label=_("Why did this sale not happen?"))


class DayForm(Form):
    marks_optional = False
    day = DayField(label=_("Day"))
