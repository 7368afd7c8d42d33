"""How the query of a list names rows: as people write it, looked up as it is stored."""

from typing import Any

from api.bodies import Text
from registry.inputs import number_spellings
from registry.tax_numbers import looked_up


class FirmNamed(Text):
    """A firm's tax number."""

    def to_internal_value(self, data: Any) -> str:
        home = self.context["by"].jurisdiction.country
        return looked_up(super().to_internal_value(data), home=home)


class LicenseNamed(Text):
    """A license's number, in each spelling that it may be stored in."""

    def to_internal_value(self, data: Any) -> list[str]:  # type: ignore[override]
        return number_spellings(super().to_internal_value(data))

    def run_validators(self, value: Any) -> None:
        """Those of a text would not fit a list of them."""
