"""Who may deal, where, and with what."""

from registry.models.amendments import Amendment
from registry.models.events import Event
from registry.models.firms import License, LicenseStep, Organization, Permit
from registry.models.idempotency import IdempotencyKey
from registry.models.people import ApiKey, Invitation, KeyWindow, Membership, User
from registry.models.places import Driver, Site, Vehicle
from registry.models.proposals import Proposal
from registry.models.realm import ClockOffset, Jurisdiction
from registry.models.recoveries import Recovery
from registry.models.refusals import Refusal
from registry.models.signing_in import (
    AccessEntry,
    Alarm,
    KnownDevice,
    PersonSession,
    SignInCounter,
)

__all__ = [
    "AccessEntry",
    "Alarm",
    "Amendment",
    "ApiKey",
    "ClockOffset",
    "Driver",
    "Event",
    "IdempotencyKey",
    "Invitation",
    "Jurisdiction",
    "KeyWindow",
    "KnownDevice",
    "License",
    "LicenseStep",
    "Membership",
    "Organization",
    "Permit",
    "PersonSession",
    "Proposal",
    "Recovery",
    "Refusal",
    "SignInCounter",
    "Site",
    "User",
    "Vehicle",
]
