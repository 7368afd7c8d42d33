"""What workers set aside, tried again."""

from authorizations.models import Duty


def retry_parked() -> int:
    """Give workers another five tries at what was set aside. Returns how many duties these are."""
    parked = Duty.objects.filter(parked_at__isnull=False)
    return parked.update(parked_at=None, attempts=0, leased_until=None)
