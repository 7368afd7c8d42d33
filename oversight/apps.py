from django.apps import AppConfig


class Oversight(AppConfig):
    name = "oversight"

    def ready(self) -> None:
        from oversight import signals  # noqa: F401  (imported to be connected)
