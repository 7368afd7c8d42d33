"""The app of the invariants, which has an act that takes two people."""

from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        """Enter the act, whichever page or program asks for it first."""
        import audit.resumption  # noqa: F401  # models must be loaded before
