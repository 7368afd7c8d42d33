"""Amounts written out in words, so that a slipped point or zero is seen before it is sent."""

import re
from decimal import Decimal

from django.utils.translation import get_language


def _list(words: str) -> list[str]:
    return words.split()


TENS_EN = _list("_ _ twenty thirty forty fifty sixty seventy eighty ninety")
SMALL_EN = _list(
    "zero one two three four five six seven eight nine ten eleven twelve thirteen "
    "fourteen fifteen sixteen seventeen eighteen nineteen"
)
SCALES_EN = ["", " thousand", " million", " billion", " trillion"]
UNITS_EN = {
    "kg": ("kilogram", "kilograms"),
    "g": ("gram", "grams"),
    "mg": ("milligram", "milligrams"),
    "t": ("metric ton", "metric tons"),
    "L": ("liter", "liters"),
    "mL": ("milliliter", "milliliters"),
    "m3": ("cubic meter", "cubic meters"),
    "[gal_us]": ("US gallon", "US gallons"),
}

SMALL_ES = _list(
    "cero uno dos tres cuatro cinco seis siete ocho nueve diez once doce trece "
    "catorce quince dieciséis diecisiete dieciocho diecinueve veinte veintiuno "
    "veintidós veintitrés veinticuatro veinticinco veintiséis veintisiete veintiocho "
    "veintinueve"
)
TENS_ES = _list("_ _ _ treinta cuarenta cincuenta sesenta setenta ochenta noventa")
HUNDREDS_ES = _list(
    "_ ciento doscientos trescientos cuatrocientos quinientos seiscientos setecientos "
    "ochocientos novecientos"
)
UNITS_ES = {
    "kg": ("kilogramo", "kilogramos"),
    "g": ("gramo", "gramos"),
    "mg": ("miligramo", "miligramos"),
    "t": ("tonelada", "toneladas"),
    "L": ("litro", "litros"),
    "mL": ("mililitro", "mililitros"),
    "m3": ("metro cúbico", "metros cúbicos"),
    "[gal_us]": ("galón de EE. UU.", "galones de EE. UU."),
}
FEMININE_ES = {"t"}
MILLIONS_AND_REST_ES = re.compile(r"(.*ll(?:ón|ones)|)(.*)")


def in_words(value: Decimal, unit: str = "") -> str:
    """Write a number below 10^15, with its unit, in the reader's language."""
    if (get_language() or "").startswith("es"):
        return _spanish(value, unit)
    return _english(value, unit)


def _english(value: Decimal, unit: str) -> str:
    whole, decimals = _parts(value)
    words = english_integer(whole) + _read_out(" point", decimals, SMALL_EN)
    one, many = UNITS_EN.get(unit, ("", ""))
    return f"{words} {one if value == 1 else many}".strip()


def _spanish(value: Decimal, unit: str) -> str:
    whole, decimals = _parts(value)
    words = spanish_integer(whole) + _read_out(" punto", decimals, SMALL_ES)
    one, many = UNITS_ES.get(unit, ("", ""))
    if not one:
        return words
    agreed = words if decimals else _before_noun(words, feminine=unit in FEMININE_ES)
    # "Dos millones de kilos", but "dos millones quinientos mil kilos".
    link = " de " if not decimals and agreed.endswith(("llón", "llones")) else " "
    return agreed + link + (one if value == 1 else many)


def english_integer(number: int) -> str:
    """Write a whole number in English, American style: without "and"."""
    if not number:
        return SMALL_EN[0]
    groups = zip(_thousands(number), SCALES_EN, strict=False)
    return " ".join(_english_group(n) + scale for n, scale in reversed(list(groups)) if n)


def spanish_integer(number: int) -> str:
    """Write a whole number in Spanish, on the long scale: 10^12 is "un billón"."""
    if not number:
        return SMALL_ES[0]
    billions, rest = divmod(number, 10**12)
    millions, units = divmod(rest, 10**6)
    parts = [
        _spanish_scale(billions, "billón", "billones"),
        _spanish_scale(millions, "millón", "millones"),
        _spanish_thousands(units),
    ]
    return " ".join(part for part in parts if part)


def _parts(value: Decimal) -> tuple[int, str]:
    whole, _, decimals = f"{value:f}".partition(".")
    return int(whole), decimals.rstrip("0")


def _read_out(point: str, decimals: str, digits: list[str]) -> str:
    """Decimals digit by digit: "point five" could be taken for "point zero five" otherwise."""
    return " ".join([point, *(digits[int(digit)] for digit in decimals)]) if decimals else ""


def _thousands(number: int) -> list[int]:
    """The groups of three digits, the lowest first."""
    return [number // 1000**i % 1000 for i in range((len(str(number)) + 2) // 3)]


def _english_group(number: int) -> str:
    hundreds, rest = divmod(number, 100)
    words = [f"{SMALL_EN[hundreds]} hundred"] if hundreds else []
    if rest >= 20:
        tens, ones = divmod(rest, 10)
        words.append(TENS_EN[tens] + (f"-{SMALL_EN[ones]}" if ones else ""))
    elif rest:
        words.append(SMALL_EN[rest])
    return " ".join(words)


def _spanish_scale(number: int, one: str, many: str) -> str:
    if not number:
        return ""
    if number == 1:
        return f"un {one}"
    return f"{_before_noun(_spanish_thousands(number))} {many}"


def _spanish_thousands(number: int) -> str:
    thousands, rest = divmod(number, 1000)
    words = []
    if thousands == 1:
        words.append("mil")
    elif thousands:
        words.append(f"{_before_noun(_spanish_group(thousands))} mil")
    if rest:
        words.append(_spanish_group(rest))
    return " ".join(words)


def _spanish_group(number: int) -> str:
    if number == 100:
        return "cien"
    hundreds, rest = divmod(number, 100)
    words = [HUNDREDS_ES[hundreds]] if hundreds else []
    if rest >= 30:
        tens, ones = divmod(rest, 10)
        words.append(TENS_ES[tens] + (f" y {SMALL_ES[ones]}" if ones else ""))
    elif rest:
        words.append(SMALL_ES[rest])
    return " ".join(words)


def _before_noun(words: str, *, feminine: bool = False) -> str:
    """Shorten a final "uno", or make the part below a million feminine."""
    if feminine:
        match = MILLIONS_AND_REST_ES.fullmatch(words)
        assert match is not None  # every part of it may be empty
        return match[1] + re.sub(r"uno$", "una", match[2].replace("ientos", "ientas"))
    if words.endswith("veintiuno"):
        return words.removesuffix("uno") + "ún"
    return words[:-1] if words.endswith("uno") else words
