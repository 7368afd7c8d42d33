"""The columns of the catalogue's data files, read as field values.

Raises KeyError for a missing column, decimal.InvalidOperation for an invalid number.
"""

from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

from stdnum import casrn

DATA = Path(__file__).parent / "data"
PRECURSORS_CSV = DATA / "precursors.csv"
PRODUCTS_CSV = DATA / "products.csv"

Row = Mapping[str, str]
Values = dict[str, Any]

YES_NO = {"yes": True, "no": False}


def precursor_values(row: Row) -> Values:
    """Read a line of precursors.csv. Raises stdnum's ValidationError for a wrong CAS number."""
    texts = ("code", "name_en", "name_es", "un_table", "us_list", "hs_code", "physical_state")
    return {name: row[name] for name in (*texts, "peru_list_source", "notes")} | {
        "cas": row["cas"] and casrn.validate(row["cas"]),
        "peru_listed": YES_NO[row["peru_listed"]],
        "molar_mass_g_mol": number(row["molar_mass_g_mol"]),
        "density_kg_per_l": number(row["density_kg_per_l_20c"]),
        "peru_min_concentration_percent": number(row["peru_min_concentration_percent"]),
        "synonyms": [synonym for synonym in row["synonyms"].split("|") if synonym],
    }


def product_values(row: Row) -> Values:
    """Read a line of products.csv, except its code and precursor."""
    texts = ("name_en", "name_es", "presentation", "source", "density_source")
    return {name: row[name] for name in texts} | {
        "concentration_percent": number(row["concentration_percent"]),
        "density_kg_per_l": number(row["density_kg_per_l"]),
        "counts_whole": YES_NO[row["counts_whole"]],
        "scale_division_kg": number(row["scale_division_kg"]),
        "expansion_per_kelvin": number(row["expansion_per_kelvin"]),
    }


def number(text: str) -> Decimal | None:
    return Decimal(text) if text else None
