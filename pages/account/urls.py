"""What people may do with their account: the pages of django-allauth that are needed, no others.

Its page for changing one's e-mail address is left out: an address is proved by the invitation
that came to it. So are confirming an address, codes by mail, and whatever a later version adds.
"""

from allauth.account import views as account
from allauth.mfa.base import views as mfa
from allauth.mfa.recovery_codes import views as recovery
from allauth.mfa.totp import views as totp
from django.urls import path, re_path
from django.views.generic import TemplateView

from pages.account import factors, links, session_pages
from pages.account.factors import changes_a_factor
from pages.account.step_up import fresh_proof_to_open

# Accounts come from invitations. Letters to unknown addresses name this page.
signup_closed = TemplateView.as_view(template_name="account/signup_closed.html")

KEY = r"^password/reset/key/(?P<uidb36>[0-9A-Za-z]+)-(?P<key>.+)/$"

urlpatterns = [
    path("sessions/", session_pages.sessions, name="account_sessions"),
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("inactive/", account.account_inactive, name="account_inactive"),
    path("signup/", signup_closed, name="account_signup"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", account.password_change, name="account_change_password"),
    # Where somebody without a password is sent: the people of the demo.
    path("password/set/", account.password_set, name="account_set_password"),
    path("password/reset/", account.password_reset, name="account_reset_password"),
    path("password/reset/done/", account.password_reset_done, name="account_reset_password_done"),
    re_path(KEY, links.reset_password, name="account_reset_password_from_key"),
    path(
        "password/reset/key/done/",
        account.password_reset_from_key_done,
        name="account_reset_password_from_key_done",
    ),
    path("2fa/", mfa.index, name="mfa_index"),
    path("2fa/authenticate/", mfa.authenticate, name="mfa_authenticate"),
    path("2fa/reauthenticate/", mfa.reauthenticate, name="mfa_reauthenticate"),
    path("2fa/totp/activate/", changes_a_factor(totp.activate_totp), name="mfa_activate_totp"),
    path(
        "2fa/totp/deactivate/", changes_a_factor(totp.deactivate_totp), name="mfa_deactivate_totp"
    ),
    path("2fa/passkeys/add/", factors.add_passkey, name="mfa_add_webauthn"),
    path("2fa/passkeys/<int:pk>/name/", factors.rename_passkey, name="mfa_edit_webauthn"),
    path("2fa/passkeys/<int:pk>/remove/", factors.remove_passkey, name="mfa_remove_webauthn"),
    path("2fa/passkeys/login/", factors.sign_in_with_passkey, name="mfa_login_webauthn"),
    path(
        "2fa/passkeys/confirm/", factors.confirm_with_passkey, name="mfa_reauthenticate_webauthn"
    ),
    path(
        "2fa/recovery-codes/",
        fresh_proof_to_open(recovery.view_recovery_codes),
        name="mfa_view_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/generate/",
        changes_a_factor(recovery.generate_recovery_codes),
        name="mfa_generate_recovery_codes",
    ),
    path(
        "2fa/recovery-codes/download/",
        fresh_proof_to_open(recovery.download_recovery_codes),
        name="mfa_download_recovery_codes",
    ),
]
