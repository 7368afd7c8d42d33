"""Another period of a permit, past the officers who would have to agree to it."""

from registry.models import Permit
from tests.audit.planting import plant

OWN = ["id", "uuid", "license_id", "proposal_id", "raises_limit", "state", "period", "limit_kg"]
COLUMNS = [c.column for c in Permit._meta.concrete_fields if c.column not in OWN]


def change_permit(
    permit: Permit, period: str, *, limit: str = "10000", license: int | None = None
) -> None:
    """Put a permit in force that is as this one but for its period, limit and license."""
    columns = ", ".join(COLUMNS)
    license = license or permit.license_id
    plant(
        f"UPDATE registry_permit SET state = 'replaced' WHERE license_id = {license}"
        f" AND precursor_id = {permit.precursor_id} AND activity = '{permit.activity}'"
        " AND state = 'in_force'",
        "INSERT INTO registry_permit"
        f" (uuid, license_id, raises_limit, state, period, limit_kg, {columns})"
        f" SELECT gen_random_uuid(), {license}, false, 'in_force', '{period}', {limit}, {columns}"
        f" FROM registry_permit WHERE id = {permit.pk}",
    )
