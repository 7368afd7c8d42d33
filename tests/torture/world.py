"""The few firms that all clients act for: quotas are short, so that rivals meet at their ends."""

from dataclasses import dataclass, field

from authorizations.models import Authorization
from registry import operations
from registry.actors import Actor
from registry.models import Jurisdiction
from registry.models.people import Role
from tests import cast
from tests.cast import Firm

BUYERS, VENDORS = 3, 3
FIRST_SERIAL = 700
AUTOMATIC_KG = 1500  # in seven days; what is beyond waits for an officer
STORAGE_KG = 1_000_000


@dataclass(frozen=True)
class Party:
    """Who acts: as a person through the verbs, with a key over HTTP."""

    name: str
    actor: Actor
    secret: str
    firm: Firm | None = None

    @property
    def own(self) -> Firm:
        assert self.firm, f"{self.name} is no firm"
        return self.firm


@dataclass(frozen=True)
class World:
    buyers: list[Party]
    vendors: list[Party]
    officers: list[Party]
    parties: dict[str, Party] = field(default_factory=dict)

    def buyer_of(self, row: Authorization) -> Party:
        return next(each for each in self.buyers if each.own.organization.pk == row.buyer_id)

    def seller_of(self, row: Authorization) -> Party:
        return next(each for each in self.vendors if each.own.organization.pk == row.seller_id)


def made(limit_kg: int) -> World:
    """Enter them by the register's verbs. Each buyer may have so much in a month."""
    home = Jurisdiction.objects.get(code="PE")
    officers = [
        Party(
            f"officer {number}",
            cast.person(home, f"torture{number}@authority.example", Role.OFFICER),
            _secret(home, None, ["registry:write"]),
        )
        for number in range(2)
    ]
    by = officers[0].actor
    buyers = [_firm(number, "buy", limit_kg, by) for number in range(BUYERS)]
    # Vendors have together what two of the three buyers have.
    sold_kg = limit_kg * (BUYERS - 1) // VENDORS
    vendors = [_firm(BUYERS + number, "sell", sold_kg, by) for number in range(VENDORS)]
    parties = {each.name: each for each in [*buyers, *vendors, *officers]}
    return World(buyers, vendors, officers, parties)


def _firm(number: int, activity: str, limit_kg: int, by: Actor) -> Party:
    name = f"{activity}s {number}"
    firm = cast.firm(
        FIRST_SERIAL + number,
        f"Torture {name}",
        email=f"torture{number}@firm.example",
        activity=activity,
        limit=str(limit_kg),
        automatic=str(AUTOMATIC_KG),
        storage=str(STORAGE_KG),
        by=by,
    )
    secret = _secret(by.jurisdiction, firm, ["buy" if activity == "buy" else "sell"])
    return Party(name, firm.actor, secret, firm)


def _secret(home: Jurisdiction, firm: Firm | None, scopes: list[str]) -> str:
    organization = firm.organization if firm else None
    return operations.issue_api_key(
        jurisdiction=home, organization=organization, name="Torture", scopes=scopes
    )[1]
