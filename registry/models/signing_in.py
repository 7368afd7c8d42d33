"""Signing in: what slows guesses, which devices and sessions a person has, who read what."""

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7

AGENT_LENGTH = 200


class SignInCounter(models.Model):
    """How often something failed of late: one row for each account, address or pair of both.

    Failures are forgotten by half-lives, so a row tells everything; none is kept for each
    failure. What nobody can know by name is counted in a fixed number of rows.
    """

    kind = models.CharField(max_length=20)  # a purpose and a scope: "password.account"
    key = models.CharField(max_length=80)
    failures = models.FloatField()  # as of `counted_at`
    counted_at = models.DateTimeField()
    waits_until = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["kind", "key"], name="one_counter_of_a_kind_and_key"),
        ]
        indexes = [
            # Read by registry.tasks.forget_counters.
            models.Index(fields=["counted_at"], name="counter_by_age"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.key}: {self.failures:.1f}"


class KnownDevice(models.Model):
    """A browser in which a person has signed in before. Only the hash of its cookie is kept."""

    user = models.ForeignKey("registry.User", models.CASCADE, related_name="devices")
    token_hash = models.CharField(max_length=64)
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token_hash", "user"], name="a_device_is_known_once"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.last_at}"


class PersonSession(models.Model):
    """One sign-in of a person, until it ends. The session itself holds only its `uuid`."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    user = models.ForeignKey("registry.User", models.CASCADE, related_name="sessions")
    begun_at = models.DateTimeField()
    seen_at = models.DateTimeField()  # to the minute
    ends_at = models.DateTimeField()  # by itself
    ended_at = models.DateTimeField(null=True)
    address = models.GenericIPAddressField(null=True)
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)

    class Meta:
        indexes = [
            # Read by a person's list of sessions, and by whoever ends them.
            models.Index(
                fields=["user"], condition=Q(ended_at__isnull=True), name="session_of_a_person"
            ),
            # Read by registry.tasks.forget_sessions.
            models.Index(fields=["ends_at"], name="session_by_end"),
        ]

    def __str__(self) -> str:
        return f"{self.user} {self.begun_at}"


class AccessKind(models.TextChoices):
    SIGNED_IN = "signed_in", _("Signed in")
    FAILED = "failed", _("Sign-in failed")
    CODE_FAILED = "code_failed", _("Wrong second step")
    SLOWED = "slowed", _("Made to wait")
    SIGNED_OUT = "signed_out", _("Signed out")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended")
    RESET_ASKED = "reset_asked", _("Asked for a new password")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    FACTOR_ADDED = "factor_added", _("Second step added")
    FACTOR_REMOVED = "factor_removed", _("Second step removed")
    LINK_UNKNOWN = "link_unknown", _("Opened a link that is not valid")
    KEY_PLACE = "key_place", _("Key used from a new network")
    CODE_READ = "code_read", _("Looked a code up")
    CASE_READ = "case_read", _("Read a case")
    PURCHASE_READ = "purchase_read", _("Read a purchase")
    FIRM_READ = "firm_read", _("Read a firm's people and papers")
    PEOPLE_READ = "people_read", _("Read who belongs to it")
    EXPORTED = "exported", _("Took a table")
    ADMIN_READ = "admin_read", _("Read the administration")
    LOG_READ = "log_read", _("Read this record")


class AccessEntry(models.Model):
    """Who came in, failed, or read what. Added only; the database sets `at`.

    Kept apart from the feed of events and from the logs; removed once ACCESS_KEPT_DAYS are over,
    which the database refuses before half a year.
    """

    uuid = models.UUIDField(default=uuid7, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT, null=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    kind = models.CharField(max_length=20, choices=AccessKind)
    user = models.ForeignKey("registry.User", models.PROTECT, null=True, db_index=False)
    api_key = models.ForeignKey("registry.ApiKey", models.PROTECT, null=True, db_index=False)
    subject = models.CharField(max_length=100, blank=True)  # what was read: "case 018f…"
    address = models.GenericIPAddressField(null=True)
    place = models.CharField(max_length=50, blank=True)  # the network of the address
    session = models.UUIDField(null=True)  # of PersonSession
    agent = models.CharField(max_length=AGENT_LENGTH, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["uuid"], name="access_entry_is_named_once"),
        ]
        indexes = [
            # Read by the officers' page, alone and with its filters.
            models.Index(fields=["jurisdiction", "-id"], name="access_of_jurisdiction"),
            models.Index(fields=["user", "-id"], name="access_of_person"),
            models.Index(fields=["kind", "-id"], name="access_of_kind"),
            models.Index(fields=["address", "-id"], name="access_from_address"),
            models.Index(fields=["at"], name="access_by_day"),
            # Read at each sign-in: was this person here before?
            models.Index(
                fields=["user", "place"], condition=Q(kind="signed_in"), name="places_of_a_person"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user or self.api_key or ''} {self.subject}"


class AlarmKind(models.TextChoices):
    MANY_FAILURES = "many_failures", _("Many failed sign-ins to one account")
    MANY_FROM_ADDRESS = "many_from_address", _("Many failed sign-ins from one address")
    CODES_GUESSED = "codes_guessed", _("Right password, wrong second step")
    NEW_PLACE = "new_place", _("Signed in from a new network")
    AT_NIGHT = "at_night", _("Officer signed in at night")
    PASSWORD_CHANGED = "password_changed", _("Password changed")
    SESSIONS_ENDED = "sessions_ended", _("Sessions ended by somebody else")
    KEY_PLACE = "key_place", _("Key used from a new network")


class Alarm(models.Model):
    """Something that the person, or the operator, must hear of. A task tells it, once."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    kind = models.CharField(max_length=20, choices=AlarmKind)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT, null=True)
    user = models.ForeignKey("registry.User", models.PROTECT, null=True, db_index=False)
    api_key = models.ForeignKey("registry.ApiKey", models.PROTECT, null=True, db_index=False)
    address = models.GenericIPAddressField(null=True)
    at = models.DateTimeField()
    told_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [
            # Read by registry.tasks.tell_alarms.
            models.Index(fields=["id"], condition=Q(told_at__isnull=True), name="alarm_waits"),
            # Read before another of its kind is raised.
            models.Index(fields=["user", "kind", "-at"], name="alarm_of_a_person"),
            models.Index(fields=["kind", "address", "-at"], name="alarm_of_an_address"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.user or self.api_key or self.address}"
