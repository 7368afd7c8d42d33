"""What follows from signing in and out: the session, the device, the record of access, alarms."""

from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as mfa
from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out
from django.dispatch import receiver
from django.http import HttpRequest
from django.utils import timezone

from pages.account.devices import remember_device
from pages.account.sessions import begin_session
from pages.account.visitors import session_uuid, visitor_of
from pages.middleware import memberships_in
from registry import access_log, operations
from registry.models import KnownDevice, Membership, User
from registry.models.signing_in import AccessKind, AlarmKind


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, user: User, **given: Any) -> None:
    memberships = memberships_in(request, user)
    if before := session_uuid(request):  # the same person signed in over it
        user.sessions.filter(uuid=before, ended_at=None).update(ended_at=timezone.now())
    begin_session(request, user, memberships)
    remember_device(request, user)
    visitor = visitor_of(request)
    if not settings.DEMO_MODE:  # there everybody is everybody, from one place
        _raise_alarms(request, user, memberships)
    access_log.note_access(AccessKind.SIGNED_IN, visitor, user=user)


def _raise_alarms(request: HttpRequest, user: User, memberships: list[Membership]) -> None:
    visitor = visitor_of(request)
    if access_log.is_new_place(user, visitor):
        access_log.raise_alarm(AlarmKind.NEW_PLACE, visitor, user=user)
    if any(each.is_authority and _is_night(each) for each in memberships):
        access_log.raise_alarm(AlarmKind.AT_NIGHT, visitor, user=user)


def _is_night(membership: Membership) -> bool:
    first, last = settings.NIGHT_HOURS
    hour = timezone.now().astimezone(membership.jurisdiction.zone).hour
    return first <= hour < last if first <= last else hour >= first or hour < last


@receiver(user_logged_out)
def note_sign_out(request: HttpRequest, user: User | None, **given: Any) -> None:
    if user is None:
        return
    visitor = visitor_of(request)
    user.sessions.filter(
        uuid__in=[visitor.session] if visitor.session else [], ended_at=None
    ).update(ended_at=timezone.now())
    access_log.note_access(AccessKind.SIGNED_OUT, visitor, user=user)


@receiver([account.password_changed, account.password_set])
def note_new_password(request: HttpRequest, user: User, **given: Any) -> None:
    """The library keeps this session and ends the others, which hold the old password's hash."""
    _note_password(request, user)
    operations.end_other_sessions(user, visitor_of(request), but=session_uuid(request))


@receiver(account.password_reset)
def note_reset(request: HttpRequest, user: User, **given: Any) -> None:
    """Who had the old password loses sessions and known devices; this one opened the letter."""
    _note_password(request, user)
    operations.end_other_sessions(user, visitor_of(request), but=None)
    KnownDevice.objects.filter(user=user).delete()
    remember_device(request, user)


def _note_password(request: HttpRequest, user: User) -> None:
    visitor = visitor_of(request)
    access_log.note_access(AccessKind.PASSWORD_CHANGED, visitor, user=user)
    access_log.raise_alarm(AlarmKind.PASSWORD_CHANGED, visitor, user=user)


@receiver(mfa.authenticator_added)
@receiver(mfa.authenticator_reset)
def note_factor(request: HttpRequest, user: User, **given: Any) -> None:
    _note_factor(AccessKind.FACTOR_ADDED, request, user)


@receiver(mfa.authenticator_removed)
def note_factor_gone(request: HttpRequest, user: User, **given: Any) -> None:
    _note_factor(AccessKind.FACTOR_REMOVED, request, user)


def _note_factor(kind: AccessKind, request: HttpRequest, user: User) -> None:
    """The letter and the end of the other sessions are proofs' own; here they leave the list."""
    access_log.note_access(kind, visitor_of(request), user=user)
    operations.end_other_sessions(user, visitor_of(request), but=session_uuid(request))
