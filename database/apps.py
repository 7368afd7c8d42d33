from django.apps import AppConfig


class Config(AppConfig):
    name = "database"

    def ready(self) -> None:
        from database import checks  # noqa: F401  (imported to be registered)
