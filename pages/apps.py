from django.apps import AppConfig


class Pages(AppConfig):
    name = "pages"

    def ready(self) -> None:
        from pages.account import proofs, signals  # noqa: F401  (imported to be connected)
