"""Loading the catalogue: whole, twice, after an update, and never half."""

import csv
from collections.abc import Callable
from decimal import Decimal
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from stdnum import casrn

from precursors import operations
from precursors.errors import Refused
from precursors.files import PRECURSORS_CSV, PRODUCTS_CSV
from precursors.models import Precursor, Product
from precursors.operations import Counts

Edit = Callable[[list[dict[str, str]]], None]


@pytest.fixture
def edited(tmp_path: Path) -> Callable[[Path, Edit], Path]:
    """Give a copy of a data file with its lines changed."""

    def edit_lines(path: Path, edit: Edit) -> Path:
        lines = list(csv.DictReader(path.open(encoding="utf-8", newline="")))
        columns = list(lines[0])
        edit(lines)
        with (tmp_path / path.name).open("w", encoding="utf-8", newline="") as file:
            writer = csv.DictWriter(file, columns)
            writer.writeheader()
            writer.writerows(lines)
        return tmp_path / path.name

    return edit_lines


def test_every_substance_and_product_is_loaded(empty: None) -> None:
    assert operations.load_precursors() == Counts(added=97)
    assert operations.load_products() == Counts(added=47)
    assert Precursor.objects.count() == 97
    assert Product.objects.count() == 47
    acid = Precursor.objects.get(code="hydrochloric-acid")
    assert (acid.cas, acid.un_table, acid.hs_code) == ("7647-01-0", "II", "280610")
    assert acid.molar_mass_g_mol == Decimal("36.46")
    assert acid.density_kg_per_l is None
    assert acid.synonyms[:2] == ["HCl", "Muriatic acid"]
    assert acid.peru_listed


def test_every_input_listed_in_peru_has_a_product(catalogue: None) -> None:
    listed = Precursor.objects.filter(peru_listed=True)
    assert listed.count() == 44
    assert not listed.filter(products=None)


def test_every_shipped_cas_number_has_its_check_digit() -> None:
    lines = list(csv.DictReader(PRECURSORS_CSV.open(encoding="utf-8")))
    assert all(casrn.is_valid(line["cas"]) for line in lines if line["cas"])


def test_every_product_names_its_sources() -> None:
    for line in csv.DictReader(PRODUCTS_CSV.open(encoding="utf-8")):
        assert line["source"]
        assert bool(line["density_kg_per_l"]) == bool(line["density_source"])


def test_the_pure_liquids_density_is_given_to_no_solution(catalogue: None) -> None:
    diluted = Product.objects.filter(concentration_percent__lt=99)
    for product in diluted.exclude(density_kg_per_l=None):
        assert product.density_kg_per_l != product.precursor.density_kg_per_l


def test_loading_twice_changes_nothing(catalogue: None) -> None:
    assert operations.load_precursors() == Counts(unchanged=97)
    assert operations.load_products() == Counts(unchanged=47)


def test_the_command_prints_its_counts(empty: None) -> None:
    out = StringIO()
    call_command("load_precursors", stdout=out)
    call_command("load_precursors", stdout=out)
    assert out.getvalue().splitlines() == [
        "Precursors: 97 added, 0 changed, 0 unchanged.",
        "Products: 47 added, 0 changed, 0 unchanged.",
        "Precursors: 0 added, 0 changed, 97 unchanged.",
        "Products: 0 added, 0 changed, 47 unchanged.",
    ]


def test_a_changed_line_changes_its_substance_and_keeps_the_cap(
    catalogue: None, edited: Callable[[Path, Edit], Path]
) -> None:
    Precursor.objects.filter(code="acetone").update(tolerance_cap_kg=25)

    def rename(lines: list[dict[str, str]]) -> None:
        line = next(line for line in lines if line["code"] == "acetone")
        line["synonyms"] = "Quitaesmalte"

    counts = operations.load_precursors(edited(PRECURSORS_CSV, rename))
    assert counts == Counts(changed=1, unchanged=96)
    acetone = Precursor.objects.get(code="acetone")
    assert acetone.tolerance_cap_kg == 25
    assert operations.search_precursors("quitaesmalte").get() == acetone


def test_a_line_that_is_gone_leaves_its_substance(
    catalogue: None, edited: Callable[[Path, Edit], Path]
) -> None:
    operations.load_precursors(edited(PRECURSORS_CSV, lambda lines: lines.pop()))
    assert Precursor.objects.count() == 97


def test_a_changed_product_becomes_a_new_version(
    catalogue: None, edited: Callable[[Path, Edit], Path]
) -> None:
    def lighten(lines: list[dict[str, str]]) -> None:
        line = next(line for line in lines if line["code"] == "acetone")
        line.update(density_kg_per_l="0.790", density_source="measured")

    counts = operations.load_products(edited(PRODUCTS_CSV, lighten))
    assert counts == Counts(changed=1, unchanged=46)
    old, new = Product.objects.filter(code="acetone").order_by("version")
    assert (old.density_kg_per_l, old.is_current) == (Decimal("0.791"), False)
    assert (new.density_kg_per_l, new.version, new.is_current) == (Decimal("0.790"), 2, True)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("cas", "67-64-2"),
        ("cas", "67-64"),
        ("cas", "acetone"),
        ("peru_listed", "maybe"),
        ("un_table", "III"),
        ("density_kg_per_l_20c", "heavy"),
        ("density_kg_per_l_20c", "NaN"),
        ("density_kg_per_l_20c", "-1"),
        ("physical_state", "plasma"),
        ("name_en", ""),
        ("code", "not a slug"),
    ],
)
def test_a_wrong_line_is_named_and_nothing_is_loaded(
    empty: None, edited: Callable[[Path, Edit], Path], column: str, value: str
) -> None:
    def spoil(lines: list[dict[str, str]]) -> None:
        lines[43][column] = value

    with pytest.raises(Refused) as refusal:
        operations.load_precursors(edited(PRECURSORS_CSV, spoil))
    assert refusal.value.code == "bad_data"
    assert str(refusal.value).startswith("precursors.csv, line 45: ")
    assert not Precursor.objects.exists()


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("precursor", "unobtainium"),
        ("concentration_percent", "100.1"),
        ("concentration_percent", ""),
        ("concentration_percent", "99.55555"),
        ("density_kg_per_l", "0"),
        ("counts_whole", ""),
        ("presentation", "loose"),
    ],
)
def test_a_wrong_product_is_named_and_nothing_is_loaded(
    empty: None, edited: Callable[[Path, Edit], Path], column: str, value: str
) -> None:
    def spoil(lines: list[dict[str, str]]) -> None:
        lines[1][column] = value

    operations.load_precursors()
    with pytest.raises(Refused, match=r"products\.csv, line 3: "):
        operations.load_products(edited(PRODUCTS_CSV, spoil))
    assert not Product.objects.exists()


def test_the_command_tells_what_is_wrong_in_a_sentence(
    db: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse() -> Counts:
        raise Refused("bad_data", "precursors.csv, line 2: wrong")

    monkeypatch.setattr(operations, "load_precursors", refuse)
    with pytest.raises(CommandError, match="line 2: wrong"):
        call_command("load_precursors", stdout=StringIO())


def test_a_file_without_a_column_is_refused(db: None, tmp_path: Path) -> None:
    path = tmp_path / "precursors.csv"
    path.write_text("code,name_en\nacetone,Acetone\n", encoding="utf-8")
    with pytest.raises(Refused) as refusal:
        operations.load_precursors(path)
    assert "name_es" in str(refusal.value)
