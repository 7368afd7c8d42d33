"""Draws a second officer for the flags that wait for one, as soon as there are enough officers."""

from django.db import transaction

from oversight.acts import draw
from oversight.models import Flag
from registry import clock
from registry.models import Jurisdiction


def draw_seconds(jurisdiction: Jurisdiction | None = None) -> int:
    """Draw for each flag whose second has left or was never drawn; how many have one now.

    Each by itself: one that cannot be drawn for keeps none of the others waiting.
    """
    waiting = draw.without_second(jurisdiction).order_by("pk").values_list("pk", flat=True)
    return sum(_draw_second(flag) for flag in list(waiting))


@transaction.atomic
def _draw_second(flag_id: int) -> bool:
    flag = Flag.objects.select_for_update(no_key=True).get(pk=flag_id)
    return draw.redraw(flag, clock.now()) and flag.second is not None
