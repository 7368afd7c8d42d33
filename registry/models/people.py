"""Who acts: people through a membership, programs through an API key."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _
from uuid6 import uuid7


class UserManager(BaseUserManager["User"]):
    def create_user(self, email: str, password: str | None = None, **fields: object) -> "User":
        user = self.model(email=self.normalize_email(email).lower(), **fields)
        user.set_password(password)
        user.save()
        return user

    def create_superuser(self, email: str, password: str | None = None) -> "User":
        return self.create_user(email, password, is_superuser=True)


class User(AbstractBaseUser, PermissionsMixin):
    """A person, identified by e-mail address. What they may do comes from their membership."""

    email = models.EmailField(_("e-mail address"), unique=True)
    name = models.CharField(_("name"), max_length=150, blank=True)
    language = models.CharField(max_length=5, blank=True)
    is_active = models.BooleanField(default=True)
    created_at = models.DateTimeField(auto_now_add=True)
    # Counted up to end every session of theirs: see `get_session_auth_hash`.
    session_generation = models.PositiveIntegerField(default=0, db_default=0, editable=False)

    objects = UserManager()
    USERNAME_FIELD = EMAIL_FIELD = "email"

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(email=Lower(F("email"))), name="user_email_is_lower_case"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def get_session_auth_hash(self) -> str:
        """What a session must hold to go on: it changes with the password and the generation."""
        return self._of_this_generation(super().get_session_auth_hash())

    def get_session_auth_fallback_hash(self) -> Iterator[str]:
        return map(self._of_this_generation, super().get_session_auth_fallback_hash())

    def _of_this_generation(self, hashed: str) -> str:
        return f"{hashed}.{self.session_generation}" if self.session_generation else hashed

    @property
    def is_staff(self) -> bool:
        """Whether this is an operator of the system: only they may use the admin."""
        return self.is_superuser


class Role(models.TextChoices):
    MANAGER = "manager", _("Manager")  # of a firm: invites colleagues, deals
    DEALER = "dealer", _("Dealer")  # of a firm: requests, records, confirms
    OFFICER = "officer", _("Officer")  # of the authority
    INSPECTOR = "inspector", _("Inspector")  # of the authority, at the roadside


AUTHORITY_ROLES = [Role.OFFICER, Role.INSPECTOR]
FIRM_ROLES = [Role.MANAGER, Role.DEALER]
ROLE_FITS = Q(organization__isnull=True, role__in=["officer", "inspector"]) | Q(
    organization__isnull=False, role__in=["manager", "dealer"]
)


class EndedHow(models.TextChoices):
    APPROVED = "approved", _("By two officers")
    RESIGNED = "resigned", _("By their own word")
    BEFORE = "before", _("Before it took two")


class Membership(models.Model):
    """What a person may do, and for whom: a firm, or (without one) the authority.

    Each needs an accepted invitation of its own, and nobody is on both sides in a jurisdiction:
    triggers check it.
    """

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    user = models.ForeignKey(User, models.PROTECT, related_name="memberships")
    organization = models.ForeignKey(
        "registry.Organization", models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    role = models.CharField(max_length=20, choices=Role)
    invitation = models.OneToOneField(
        "registry.Invitation", models.PROTECT, null=True, blank=True, related_name="membership"
    )
    ended_at = models.DateTimeField(null=True, blank=True)
    # How an officer's membership ended: only that takes two, or the officer's own word.
    ended_how = models.CharField(
        max_length=10, choices=EndedHow, blank=True, default="", db_default=""
    )
    ending = models.ForeignKey(
        "registry.Proposal", models.PROTECT, null=True, blank=True, related_name="+"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["user", "jurisdiction", "organization"],
                condition=Q(ended_at__isnull=True),
                nulls_distinct=False,
                name="one_membership_of_a_user_in_an_organization",
            ),
            models.CheckConstraint(condition=ROLE_FITS, name="officers_belong_to_no_firm"),
        ]

    def __str__(self) -> str:
        return f"{self.user} – {self.organization or self.jurisdiction}"

    @property
    def is_authority(self) -> bool:
        return self.organization_id is None


# Invitations by the operator's command, for the first officers, have no inviter.
BY_THE_OPERATOR = Q(invited_by__isnull=True, invited_key__isnull=True)
BY_TWO_PEOPLE = Q(approved_by__isnull=False) & (
    Q(invited_by__isnull=True) | ~Q(approved_by=F("invited_by"))
)
NOT_SENT = Q(token_hash__isnull=True, accepted_at__isnull=True)


class Invitation(models.Model):
    """A link that works once, to set a password and join. Only its hash is kept.

    It is made when a second officer has approved the `proposal`; a manager invites colleagues
    without one, and so does the operator the authority's first two officers.
    """

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    organization = models.ForeignKey(
        "registry.Organization", models.PROTECT, null=True, blank=True
    )
    email = models.EmailField()
    role = models.CharField(max_length=20, choices=Role)
    token_hash = models.CharField(max_length=64, unique=True, null=True, blank=True)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    invited_by = models.ForeignKey(
        User, models.PROTECT, null=True, blank=True, related_name="invitations"
    )
    invited_key = models.ForeignKey(
        "registry.ApiKey", models.PROTECT, null=True, blank=True, related_name="+"
    )
    approved_at = models.DateTimeField(null=True, blank=True)
    approved_by = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    proposal = models.OneToOneField(
        "registry.Proposal", models.PROTECT, null=True, blank=True, related_name="+"
    )
    withdrawn_at = models.DateTimeField(null=True, blank=True)
    accepted_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=ROLE_FITS, name="officers_are_invited_to_no_firm"),
            models.CheckConstraint(
                condition=~Q(role="officer") | BY_THE_OPERATOR | NOT_SENT | BY_TWO_PEOPLE,
                name="inviting_an_officer_takes_two_people",
            ),
            models.CheckConstraint(
                condition=Q(approved_at__isnull=True) | BY_TWO_PEOPLE,
                name="an_invitation_is_approved_by_another",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | NOT_SENT & Q(approved_at__isnull=True),
                name="a_withdrawn_invitation_has_no_link",
            ),
        ]

    def __str__(self) -> str:
        return self.email


class Scope(models.TextChoices):
    BUY = "buy", _("request and cancel codes, confirm receipts")
    SELL = "sell", _("look codes up and record sales")
    CARRY = "carry", _("act for a carrier")
    TRACK = "track", _("report positions")
    REGISTRY_READ = "registry:read", _("read the register")
    REGISTRY_WRITE = "registry:write", _("enter firms, licenses, permits, sites and vehicles")
    REGISTRY_GRANT = "registry:grant", _("decide in the name of two officers, within bounds")
    TRADE_READ = "trade:read", _("read purchases and sales")
    FLAGS_READ = "flags:read", _("read flags")
    FLAGS_REVIEW = "flags:review", _("propose how a flag ends")
    EVENTS_READ = "events:read", _("read the feed of events")


BOTH_SCOPES = {
    Scope.TRACK,
    Scope.REGISTRY_READ,
    Scope.REGISTRY_WRITE,  # of a firm: its own sites and vehicles
    Scope.TRADE_READ,
    Scope.EVENTS_READ,
}
FIRM_SCOPES = frozenset({Scope.BUY, Scope.SELL, Scope.CARRY} | BOTH_SCOPES)
AUTHORITY_SCOPES = frozenset(set(Scope) - FIRM_SCOPES | BOTH_SCOPES)


class ApiKey(models.Model):
    """A program's credential. Only the hash of the secret is kept.

    A key of the authority counts as its `sponsor`, a natural person; without one it counts as
    the operator who made it at the console. The last two bound a key with `registry:grant`.
    """

    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    organization = models.ForeignKey(
        "registry.Organization", models.PROTECT, null=True, blank=True
    )
    name = models.CharField(max_length=100)
    prefix = models.CharField(max_length=20, unique=True)
    secret_hash = models.CharField(max_length=64)  # SHA-256 of 256 random bits, hexadecimal
    scopes = ArrayField(models.CharField(max_length=20, choices=Scope))
    created_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    sponsor = models.ForeignKey(User, models.PROTECT, null=True, blank=True, related_name="+")
    largest_limit_kg = models.DecimalField(
        max_digits=20, decimal_places=6, null=True, blank=True
    )  # null: any
    acts_a_day = models.PositiveIntegerField(null=True, blank=True)  # null: any number
    expires_at = models.DateTimeField(null=True, blank=True)  # null: made before keys expired
    # Networks, as `10.0.0.0/8`, from which it may be used; none: from everywhere.
    addresses = ArrayField(models.CharField(max_length=43), default=list, db_default=[])
    requests_a_minute = models.PositiveIntegerField(null=True, blank=True)  # null: as the portal's
    # To within some minutes: see api.limits.
    last_used_at = models.DateTimeField(null=True, blank=True)
    last_used_from = models.GenericIPAddressField(null=True, blank=True)

    def __str__(self) -> str:
        return f"{self.name} ({self.prefix})"

    @property
    def opens(self) -> set[str]:
        """Its scopes, without those that mean nothing in the hands of its owner."""
        meant = FIRM_SCOPES if self.organization_id else AUTHORITY_SCOPES
        return {scope for scope in self.scopes if scope in meant}

    def has_ended(self, at: datetime) -> bool:
        """Whether it was revoked, or its time is over."""
        is_over = self.expires_at is not None and self.expires_at <= at
        return is_over or self.revoked_at is not None

    def expires_soon(self, at: datetime) -> bool:
        """Whether its owner should have made another by now."""
        notice = timedelta(days=settings.API_KEY_NOTICE_DAYS)
        return self.expires_at is not None and self.expires_at - notice <= at


class KeyWindow(models.Model):
    """How many requests of a key were granted in one minute: the last in which it was used."""

    key = models.OneToOneField(ApiKey, models.PROTECT, primary_key=True, related_name="window")
    began_at = models.DateTimeField()
    taken = models.IntegerField()

    def __str__(self) -> str:
        return f"{self.key_id}: {self.taken}"


__all__ = [
    "AUTHORITY_ROLES",
    "AUTHORITY_SCOPES",
    "FIRM_ROLES",
    "FIRM_SCOPES",
    "ApiKey",
    "EndedHow",
    "Invitation",
    "KeyWindow",
    "Membership",
    "Role",
    "Scope",
    "User",
    "UserManager",
]
