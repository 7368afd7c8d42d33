"""What the tests of the verbs look at."""

from authorizations.models import Authorization


def balances(authorization: Authorization) -> tuple[str, str, str, str]:
    """R, H, C and O, after a fresh look; and each allowance must agree with its entries."""
    authorization.refresh_from_db()
    return (
        f"{authorization.reserved_kg:f}",
        f"{authorization.held_kg:f}",
        f"{authorization.consumed_kg:f}",
        f"{authorization.overage_kg:f}",
    )
