"""What officers are asked: which flags, how one ends, who looks at it, and why."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import QueryDict
from django.utils.translation import gettext_lazy as _

from authorizations.models import Authorization
from oversight.models import Flag, FlagState
from pages.forms import Form
from pages.verb_form import ReasonField, VerbForm
from precursors.errors import Refused
from registry.models import User
from rules import RULES

OUTCOMES = {
    FlagState.EXPLAINED: _("Explained: it happened as flagged, for a reason that is in order."),
    FlagState.DISMISSED: _("Dismissed: the flag is wrong, nothing like it happened."),
    FlagState.CONFIRMED: _("Confirmed: the rule was broken, without a good reason."),
}
AGREES = _("You agree with the proposal.")
NOTE_ROWS = {"rows": 5}

WAITING, ENDED = "", "ended"
STATES = [
    (WAITING, _("Waiting for somebody")),
    (FlagState.OPEN, FlagState.OPEN.label),
    (FlagState.AWAITING_SECOND, FlagState.AWAITING_SECOND.label),
    (ENDED, _("Ended, in whatever way")),
    (FlagState.EXPLAINED, FlagState.EXPLAINED.label),
    (FlagState.DISMISSED, FlagState.DISMISSED.label),
    (FlagState.CONFIRMED, FlagState.CONFIRMED.label),
]
SEVERITIES = [
    ("", _("High and medium")),
    ("high", _("High")),
    ("medium", _("Medium")),
    ("low", _("Observations")),
]
DEADLINE, OLDEST, NEWEST = "", "oldest", "newest"
SORTS = [
    (DEADLINE, _("Next deadline first")),
    (OLDEST, _("Oldest first")),
    (NEWEST, _("Newest first")),
]


class QueueFilter(Form):
    """Which flags are shown. Kept in the address; what cannot be read is left out."""

    marks_optional = False
    tab = forms.CharField(required=False, widget=forms.HiddenInput)
    rule = forms.ChoiceField(label=_("Rule"), required=False)
    severity = forms.ChoiceField(label=_("Severity"), required=False, choices=SEVERITIES)
    state = forms.ChoiceField(label=_("State"), required=False, choices=STATES)
    firm = forms.CharField(label=_("Firm or tax number (RUC)"), required=False, max_length=100)
    sort = forms.ChoiceField(label=_("Order"), required=False, choices=SORTS)

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        named = sorted(((name, str(rule.title)) for name, rule in RULES.items()), key=_title)
        choices: Any = self.fields["rule"]
        choices.choices = [("", _("Any rule")), *named]

    def chosen(self) -> dict[str, str]:
        """What was filled in and can be read."""
        self.is_valid()
        return {name: value for name, value in self.cleaned_data.items() if value}


def _title(choice: tuple[str, str]) -> str:
    return choice[1]


class StepsField(forms.IntegerField):
    """How much of what happened somebody had before them: written by the page itself."""

    widget = forms.HiddenInput
    default_error_messages = dict.fromkeys(
        ("required", "invalid", "min_value"), _("Open this page again.")
    )

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, **options)


class ReviewForm(VerbForm):
    """How a flag ends. `steps_seen`: how many of its steps the officer had on screen."""

    outcome = forms.ChoiceField(label=_("How should this flag end?"), widget=forms.RadioSelect)
    note = forms.CharField(
        label=_("Why?"),
        help_text=_("The next officer, and whoever looks into it later, will read this."),
        max_length=4000,
        widget=forms.Textarea(attrs=NOTE_ROWS),
    )
    steps_seen = StepsField()

    def __init__(self, *args: Any, flag: Flag, **options: Any) -> None:
        super().__init__(*args, initial={"steps_seen": flag.steps_count}, **options)
        choices: Any = self.fields["outcome"]
        choices.choices = [(state, _line(flag, state)) for state in OUTCOMES]

    def look_again(self, flag: Flag) -> None:
        """Keep what was typed; the next attempt answers to what has happened since."""
        self.data = {**self.data.dict(), "steps_seen": str(flag.steps_count)}  # type: ignore[attr-defined]


def _line(flag: Flag, state: FlagState) -> str:
    agrees = flag.state == FlagState.AWAITING_SECOND and state == flag.proposed_outcome
    return f"{OUTCOMES[state]} {AGREES}" if agrees else str(OUTCOMES[state])


class TakeForm(VerbForm):
    """A flag taken from the list, with how many of its steps were seen."""

    flag = forms.UUIDField()
    steps_seen = StepsField()

    @classmethod
    def all_of(cls, sent: QueryDict) -> list["TakeForm"]:
        """The flags of one row; none where what was sent is not what the list sends."""
        uuids, steps = sent.getlist("flag"), sent.getlist("steps_seen")
        forms = [
            cls({"flag": uuid, "steps_seen": seen})
            for uuid, seen in zip(uuids, steps, strict=False)
        ]
        return forms if len(uuids) == len(steps) and all(f.is_valid() for f in forms) else []


class AssignForm(VerbForm):
    """On whose desk a flag lies. Nobody's is an answer too."""

    marks_optional = False
    to = forms.ModelChoiceField(
        User.objects.none(), label=_("Officer"), required=False, empty_label=_("Nobody")
    )
    steps_seen = StepsField()

    def __init__(self, *args: Any, flag: Flag, officers: Iterable[User], **options: Any) -> None:
        initial = {"to": flag.assigned_to_id, "steps_seen": flag.steps_count}
        super().__init__(*args, initial=initial, auto_id="id_assign_%s", **options)
        choices: Any = self.fields["to"]
        choices.queryset = User.objects.filter(pk__in=[officer.pk for officer in officers])


class DecisionForm(VerbForm):
    """The reason of a decision on a request; needed to refuse.

    `version_seen`: the version of the request that the officer had on screen.
    """

    marks_optional = False
    reason = ReasonField(help_text=_("Needed to refuse, and kept when you issue."), required=False)
    version_seen = StepsField(required=False)

    def __init__(self, *args: Any, authorization: Authorization, **options: Any) -> None:
        initial = {"version_seen": authorization.version}
        super().__init__(*args, initial=initial, **options)

    def ask_for_reason(self, *, sold: bool) -> None:
        """Say when a reason is needed."""
        if sold:
            self["reason"].help_text = _("Needed: a sale was reported on it already.")

    def show_version(self, authorization: Authorization) -> None:
        """Keep what was typed; the next attempt answers to what has happened since."""
        if self.is_bound:
            shown = {"version_seen": str(authorization.version)}
            self.data = {**self.data.dict(), **shown}  # type: ignore[attr-defined]

    def show_refusal(self, refusal: Refused) -> None:
        """As any form, but for the reasons: the page lists them already."""
        others = {name: value for name, value in refusal.data.items() if name != "reasons"}
        super().show_refusal(Refused(refusal.code, refusal.message, **others))


class FindForm(VerbForm):
    """A code, as somebody reads it out."""

    code = forms.CharField(
        label=_("Code"),
        help_text=_("12 letters and digits, with or without hyphens."),
        max_length=40,
        widget=forms.TextInput(
            attrs={
                "class": "govuk-input--width-20",
                "autocomplete": "off",
                "spellcheck": "false",
                "autocapitalize": "characters",
            }
        ),
    )
