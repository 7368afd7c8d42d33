"""The districts of Peru: which there are, and whether a position can lie in one."""

import csv
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from math import asin, cos, radians, sin, sqrt
from pathlib import Path

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from precursors.errors import Refused

DISTRICTS_CSV = Path(__file__).parent / "data" / "districts.csv"
EARTH_DIAMETER_KM = 12742
# Between its southernmost and northernmost, its westernmost and easternmost points.
PERU = ((-18.4, 0.1), (-81.4, -68.6))
Position = tuple[float, float]  # latitude and longitude, in degrees


@dataclass(frozen=True)
class District:
    name: str
    capital: Position
    reach_km: int


@dataclass(frozen=True)
class Doubt:
    """Why a position is hardly the one that was meant."""

    code: str
    sentence: str | Promise


def is_district(ubigeo: str) -> bool:
    return ubigeo in _districts()


@cache
def _districts() -> dict[str, District]:
    with DISTRICTS_CSV.open(encoding="utf-8", newline="") as lines:
        return {row["ubigeo"]: _district(row) for row in csv.DictReader(lines)}


def _district(row: dict[str, str]) -> District:
    capital = float(row["latitude"]), float(row["longitude"])
    return District(row["name"], capital, int(row["reach_km"]))


def doubt_about(
    ubigeo: str, latitude: Decimal | None, longitude: Decimal | None, *, country: str
) -> Doubt | None:
    """Say what is odd about a position: far from its district or, without one, from Peru."""
    if country != "PE" or latitude is None or longitude is None:
        return None
    district = _districts().get(ubigeo)
    told = float(latitude), float(longitude)
    if _lies_in(told, district):
        return None
    if _lies_in((-abs(told[0]), -abs(told[1])), district):
        return Doubt(
            "position_without_minus", _("South and west have a minus before the degrees.")
        )
    if _lies_in((-abs(told[1]), -abs(told[0])), district):
        return Doubt("position_swapped", _("Latitude and longitude seem to be swapped."))
    if district is None:
        return Doubt("position_far", _("This position lies outside Peru."))
    sentence = _("This position lies about %(km)s km from %(district)s.")
    km = round(_distance_km(told, district.capital))
    return Doubt("position_far", sentence % {"km": km, "district": district.name})


def require_likely(
    ubigeo: str, latitude: Decimal | None, longitude: Decimal | None, *, country: str
) -> None:
    """Ask where a position is odd. Raises Refused("position_doubtful")."""
    if doubt := doubt_about(ubigeo, latitude, longitude, country=country):
        raise Refused("position_doubtful", doubt.sentence, field="latitude")


def _lies_in(position: Position, district: District | None) -> bool:
    if district:
        return _distance_km(position, district.capital) <= district.reach_km
    return all(low <= told <= high for told, (low, high) in zip(position, PERU, strict=True))


def _distance_km(one: Position, other: Position) -> float:
    """The distance along a great circle, by the haversine formula."""
    south, north = radians(one[0]), radians(other[0])
    half = sin((north - south) / 2) ** 2
    half += cos(south) * cos(north) * sin(radians(other[1] - one[1]) / 2) ** 2
    return EARTH_DIAMETER_KM * asin(sqrt(half))
