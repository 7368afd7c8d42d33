"""Vehicle plates, normalized from any way of typing."""

import re

from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused

BETWEEN = re.compile(r"[\s\-‐‑–—−.·]+")
PLATE = re.compile(r"[A-Z0-9]{3,15}", re.ASCII)


def normal_plate(text: str) -> str:
    """Return a plate as it is stored: capitals and digits. Raises Refused("plate_invalid")."""
    plate = BETWEEN.sub("", text).upper()
    if not PLATE.fullmatch(plate):
        raise Refused(
            "plate_invalid",
            _("A plate has 3 to 15 letters and digits, such as ABC-123."),
            field="plate",
        )
    return plate
