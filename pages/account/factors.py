"""The pages on which somebody sets up, renames and removes what they prove themselves with."""

from collections.abc import Callable
from functools import wraps
from typing import Any, cast

from allauth.mfa import signals
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.flows import auto_generate_recovery_codes
from allauth.mfa.webauthn import views
from allauth.mfa.webauthn.internal import auth
from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse, reverse_lazy
from django.utils.translation import gettext as _
from django.views.generic.edit import FormView

from pages.account.assurance import (
    PASSKEY_MARK,
    Level,
    needed_of,
    proven_level,
)
from pages.account.step_up import fresh_proof_to_open
from registry.models import User

Page = Callable[..., HttpResponse]


def changes_a_factor(view: Page) -> Page:
    """Takes a fresh proof; changes of one person's factors follow each other."""

    @wraps(view)
    def locked(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method != "POST":
            return view(request, *args, **kwargs)
        with transaction.atomic():
            User.objects.select_for_update(no_key=True).get(pk=cast(User, request.user).pk)
            return view(request, *args, **kwargs)

    return fresh_proof_to_open(locked)


class AddPasskey(views.AddWebAuthnView):
    """Set up a passkey: for the authority's people, before any other page."""

    request: HttpRequest

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        context: dict[str, Any] = FormView.get_context_data(self, **given)
        options = auth.begin_registration(self.request.user, True)
        needed = needed_of(self.request)
        return {
            **context,
            "js_data": {"creation_options": options},
            "is_first": proven_level(self.request) < needed,
            "app_does": needed <= Level.SECOND_STEP,
        }

    def form_valid(self, form: Any) -> HttpResponse:
        is_first = proven_level(self.request) < needed_of(self.request)
        _add(self.request, form.cleaned_data)
        messages.success(self.request, _("The passkey is set up."))
        # Who must have a passkey is helped back by two officers: docs/security/recovery.md.
        needs_passkey = needed_of(self.request) == Level.PASSKEY
        if not needs_passkey and auto_generate_recovery_codes(self.request):
            return redirect("mfa_view_recovery_codes")
        return redirect("home" if is_first else "mfa_index")


def _add(request: HttpRequest, given: dict[str, Any]) -> None:
    # In one step: the database lets nothing but its name change later.
    data = {"name": given["name"], "credential": given["credential"], PASSKEY_MARK: True}
    factor = Authenticator.objects.create(
        user=cast(User, request.user), type=Authenticator.Type.WEBAUTHN, data=data
    )
    signals.authenticator_added.send(
        sender=Authenticator, request=request, user=request.user, authenticator=factor
    )


class RenamePasskey(views.EditWebAuthnView):
    success_url = reverse_lazy("mfa_index")


class RemovePasskey(views.RemoveWebAuthnView):
    """Never the last that does what the person needs."""

    success_url = reverse_lazy("mfa_index")

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        may = get_adapter().can_delete_authenticator(self.object)
        return {**super().get_context_data(**given), "may_be_removed": may}

    def form_valid(self, form: Any) -> HttpResponse:
        if not get_adapter().can_delete_authenticator(self.object):
            messages.error(self.request, get_adapter().error_messages[LAST])
            return redirect("mfa_index")
        answer: HttpResponse = super().form_valid(form)
        return answer


LAST = "cannot_delete_authenticator"


class ConfirmWithPasskey(views.ReauthenticateWebAuthnView):
    """Prove anew that it is you."""

    def get_context_data(self, **given: Any) -> dict[str, Any]:
        context: dict[str, Any] = super().get_context_data()
        return {**context, **given}

    def form_invalid(self, form: Any) -> HttpResponse:
        answer: HttpResponse = self.render_to_response(self.get_context_data(form=form))
        return answer


class SignInWithPasskey(views.LoginWebAuthnView):
    """Sign in with nothing else."""

    def form_invalid(self, form: Any) -> HttpResponse:
        for sentence in form.errors.get("credential", []):
            messages.error(self.request, sentence)
        return redirect(reverse("account_login"))


add_passkey = changes_a_factor(AddPasskey.as_view())
rename_passkey = changes_a_factor(RenamePasskey.as_view())
remove_passkey = changes_a_factor(RemovePasskey.as_view())
confirm_with_passkey = ConfirmWithPasskey.as_view()
sign_in_with_passkey = SignInWithPasskey.as_view()
