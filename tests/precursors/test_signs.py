"""What shows nothing makes no text, and what stands for a sign is that sign."""

import pytest

from precursors.search import fold
from precursors.signs import is_text, letters_and_digits, plain, shown, tidy

HIDDEN = "\u00ad\u034f\u061c\u200b\u200c\u200d\u200e\u200f\u2060\u2064\ufe0f\ufeff\U000e0041"
BLANK = "\u00a0\u115f\u1160\u2003\u2800\u3000\u3164\uffa0"
ZALGO = "Z\u0301\u0302\u0303\u0304\u0305\u0306a\u0310\u0311"


@pytest.mark.parametrize("sign", HIDDEN)
def test_a_hidden_sign_is_left_out(sign: str) -> None:
    assert shown(f"{sign}An{sign}des{sign}") == "Andes"


@pytest.mark.parametrize("sign", BLANK + "\t\n\r\v\f\x1f\x85\u2028\u2029")
def test_what_is_blank_is_a_space(sign: str) -> None:
    assert shown(f"{sign}Los{sign}Andes{sign}") == "Los Andes"
    assert shown(sign * 3) == ""


def test_only_a_text_of_several_lines_keeps_them() -> None:
    assert shown("one\r\ntwo\u2028three\n", lines=True) == "one\ntwo\nthree"
    assert shown("one\r\ntwo\u2028three\n") == "one two three"


@pytest.mark.parametrize("sign", ["\u202e", "\u2066", "\0", "\x1b", "\x9b", "\ud800", "\ue000"])
def test_what_turns_controls_or_is_no_sign_is_no_text(sign: str) -> None:
    assert not is_text(shown(f"An{sign}des"))
    assert tidy(f"An{sign}des") == ("An\0des" if sign == "\0" else "Andes")


def test_stacked_accents_are_no_text_and_a_few_are() -> None:
    assert not is_text(shown(ZALGO))
    assert tidy(ZALGO) == shown("Z\u0301\u0302\u0303\u0304a\u0310\u0311")
    for text in ("Ñandú", "Vie\u0323\u0302t", "नमस्ते", "ที่"):
        assert is_text(shown(text))


def test_an_accent_upon_nothing_is_nothing() -> None:
    assert not is_text(shown("\u0301\u0302"))
    assert tidy("\u0301 \u0302") == ""


def test_a_number_is_plain_however_it_was_copied() -> None:
    assert plain("\ufeffＦ００１\u2013４１４\u200b ﹣ ５\u202c") == "F001-414 - 5"
    assert letters_and_digits("７k2m•9qxd−4t8c.\u3164") == "7K2M9QXD4T8C"


@pytest.mark.parametrize("name", ["O’Higgins", "O'Higgins", "OʼHiggins", "O´Higgins", "O`Higgins"])
def test_apostrophes_are_folded(name: str) -> None:
    assert fold(name) == "ohiggins"


def test_hidden_signs_are_folded() -> None:
    assert fold("Los\u00a0An\u00addes\u200b ‒ Ica") == "los andes - ica"
