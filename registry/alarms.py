"""Tells people what happened at their account: a letter, and an event where they act."""

from smtplib import SMTPException

import structlog
from django.conf import settings
from django.core.mail import send_mail
from django.db import transaction
from django.template.loader import render_to_string
from django.utils import timezone, translation

from registry import clock, events
from registry.actors import Actor
from registry.models import Alarm, Membership, User
from registry.models.people import Role

log = structlog.get_logger("portal.access")


@transaction.atomic
def tell_next_alarm() -> bool:
    """Tell the oldest alarm that waits, or return False. One worker at a time for each.

    It is noted as told first: a mail server that fails is logged, and stops no other alarm.
    """
    waiting = Alarm.objects.select_for_update(skip_locked=True, of=["self"])
    alarm = waiting.filter(told_at=None).select_related("user", "api_key").order_by("pk").first()
    if alarm is None:
        return False
    alarm.told_at = timezone.now()
    alarm.save(update_fields=["told_at"])
    _record_event(alarm)
    transaction.on_commit(lambda: _write_letters(alarm), robust=True)
    return True


def _record_event(alarm: Alarm) -> None:
    """A feed holds no addresses: these stand in the record of access."""
    if alarm.jurisdiction is None:
        return
    subject = alarm.user or alarm.api_key
    if subject is None:
        return
    # The next number of its events is taken under its lock.
    type(subject).objects.select_for_update(no_key=True).get(pk=subject.pk)
    events.record(
        "access.alarm",
        subject,
        at=clock.now(),
        organizations=_firms_of(alarm),
        data={"alarm": alarm.kind},
        by=Actor.portal(alarm.jurisdiction),
    )


def _firms_of(alarm: Alarm) -> list[int | None]:
    if alarm.api_key:
        return [alarm.api_key.organization_id]
    rows = Membership.objects.filter(user=alarm.user, ended_at=None)
    return list(rows.values_list("organization_id", flat=True))


def _write_letters(alarm: Alarm) -> None:
    for reader in _readers_of(alarm):
        with translation.override(reader.language or "en"):
            content = {"alarm": alarm, "reader": reader, "portal": settings.PUBLIC_URL}
            body = render_to_string("account/mail/alarm.txt", content)
            subject = translation.gettext("Your account in the precursor portal")
            _send(subject, body, reader)


def _readers_of(alarm: Alarm) -> list[User]:
    """The person; of a key those who manage its owner's."""
    if alarm.user:
        return [alarm.user]
    if alarm.api_key is None:
        return []
    owner = alarm.api_key.organization_id
    role = Role.MANAGER if owner else Role.OFFICER
    members = Membership.objects.filter(
        jurisdiction=alarm.jurisdiction, organization=owner, role=role, ended_at=None
    )
    return [each.user for each in members.select_related("user") if each.user.is_active]


def _send(subject: str, body: str, reader: User) -> None:
    """A letter that cannot be sent is logged; the next one is tried all the same."""
    try:
        send_mail(subject, body, None, [reader.email])
    except (SMTPException, OSError) as error:
        log.error("letter_not_sent", error=str(error))
