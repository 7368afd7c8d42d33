"""Finding substances and products, as people write them."""

import pytest
from django.utils import translation

from precursors import operations
from precursors.models import Precursor, Product
from precursors.search import fold


@pytest.mark.parametrize(
    "query",
    [
        *("hydrochloric acid", "Hydrochloric", "ÁCIDO CLORHÍDRICO", "acido clorhidrico"),
        *("clorhidrico acido", "Ácido", "muriático", "MURIATIC", "cloruro de hidrogeno"),
        *(
            "7647-01-0",
            "7647010",
            "7647\N{NON-BREAKING HYPHEN}01\N{EN DASH}0",
            "hydrochloric-acid",
        ),
        *(
            "  acido\tclorhidrico\n",
            "A\N{COMBINING ACUTE ACCENT}cido clorhi\N{COMBINING ACUTE ACCENT}drico",
        ),
    ],
)
def test_hydrochloric_acid_is_found(catalogue: None, query: str) -> None:
    acid = Precursor.objects.get(code="hydrochloric-acid")
    assert acid in operations.search_precursors(query)
    assert acid in {product.precursor for product in operations.search_products(query, "PE")}


@pytest.mark.parametrize(
    ("query", "codes"),
    [
        ("MEK", ["methyl-ethyl-ketone"]),
        ("camaleon", ["potassium-permanganate"]),
        ("67-64-1", ["acetone"]),
        ("cal viva", ["calcium-oxide"]),
        ("kerosene aviacion", ["turbo-a1", "turbo-jp5"]),
    ],
)
def test_a_search_finds_this_and_nothing_else(
    catalogue: None, query: str, codes: list[str]
) -> None:
    found = operations.search_precursors(query)
    assert sorted(precursor.code for precursor in found) == codes


@pytest.mark.parametrize(
    "query",
    [
        "xyzzy",
        "acetone toluene",
        "_",
        "a_etone",
        "%",
        "a%e",
        "％",
        "acetone %",
        "\\",
        "67-64-2",
    ],
)
def test_what_matches_nothing_finds_nothing(catalogue: None, query: str) -> None:
    assert not operations.search_precursors(query)
    assert not operations.search_products(query, "PE")


@pytest.mark.parametrize("query", ["", "   ", "\0", "'"])
def test_a_query_without_words_finds_all(catalogue: None, query: str) -> None:
    assert len(operations.search_precursors(query)) == 97
    assert len(operations.search_products(query, "PE")) == 47


def test_an_endless_query_is_cut_short(catalogue: None) -> None:
    assert not operations.search_precursors("xyzzy " * 5000)


@pytest.mark.parametrize("query", ["acid 33%", "33 % clorhídrico", "hydrochloric-acid-33"])
def test_a_strength_is_found(catalogue: None, query: str) -> None:
    assert operations.search_products(query, "PE").get().code == "hydrochloric-acid-33"


def test_a_superseded_version_is_not_found(catalogue: None) -> None:
    old = operations.search_products("acetone", "").get()
    new = operations.add_version(old, since=None, name_en="Acetone, anew")
    assert list(operations.search_products("acetone", "PE")) == [new]
    assert Product.objects.filter(code="acetone").count() == 2


def test_names_are_sorted_as_their_readers_sort(catalogue: None) -> None:
    """By bytes, accented capitals would come after z."""
    with translation.override("es"):
        spanish = [precursor.name for precursor in operations.search_precursors("")]
        products = [product.name for product in operations.products_for("PE")]
    with translation.override("en"):
        english = [precursor.name for precursor in operations.search_precursors("")]
    assert spanish == sorted(spanish, key=fold) != english
    assert products == sorted(products, key=fold)
    assert english == sorted(english, key=fold)
    assert spanish.index("Ácido sulfúrico") < spanish.index("Benceno")


@pytest.mark.parametrize("language", ["en", "es"])
def test_both_languages_find_the_same(catalogue: None, language: str) -> None:
    with translation.override(language):
        assert operations.search_products("acetona", "PE").get().code == "acetone"
