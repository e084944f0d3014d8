"""Names that deceive nobody, whatever was sent."""

import unicodedata

import pytest
from hypothesis import given
from hypothesis import strategies as st

from core.uploads import domain
from core.uploads.public import clean_name


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("акт сверки.pdf", "акт сверки.pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\Документы\\акт.pdf", "акт.pdf"),
        ("счёт\u202efdp.exe", "счётfdp.exe"),
        ("a\x00b\r\nc.txt", "abc.txt"),
        ("", "file"),
        ("///", "file"),
        (" . . ", "file"),
        (".htaccess", "htaccess"),
        ("con.txt", "_con.txt"),
        ("что?.txt", "что_.txt"),
        ("a\u00a0\u2003 b.txt", "a b.txt"),
        ("и\u0306.txt", "й.txt"),
        ("\u200b\ufeff", "file"),
    ],
)
def test_names(raw: str, clean: str) -> None:
    assert clean_name(raw) == clean


@given(st.text(max_size=600) | st.text("\u202e./\\ \x00акт:", max_size=300))
def test_any_name_becomes_a_safe_one_and_stays_it(raw: str) -> None:
    name = clean_name(raw)
    assert 0 < len(name.encode()) <= domain.NAME_BYTES
    assert not set(name) & set('/\\<>:"|?*')
    assert name == name.strip(" .")
    assert all(unicodedata.category(char)[0] not in "CZ" or char == " " for char in name)
    assert clean_name(name) == name


@given(st.text("абв", min_size=200, max_size=400), st.sampled_from([".pdf", ".docx", ".tar.gz", ".7z"]))
def test_a_long_name_keeps_its_extension(stem: str, suffix: str) -> None:
    assert clean_name(stem + suffix).endswith(suffix.rpartition(".")[2])


@given(st.binary(max_size=40))
def test_only_what_begins_as_an_image_or_pdf_is_shown(head: bytes) -> None:
    kind = domain.media_type_of(head)
    assert (kind == domain.ANY) == (not domain.previewable(kind))
    assert not domain.previewable(domain.media_type_of(b"<" + head))


@given(st.integers(1, 2**62))
def test_parts_are_not_too_many_and_not_too_small(length: int) -> None:
    size = domain.part_size(length)
    assert size >= domain.PART
    assert -(-length // size) <= domain.FULL_PARTS


@given(st.dictionaries(st.from_regex(r"[a-z]{1,8}", fullmatch=True), st.text(max_size=20), max_size=4))
def test_metadata_is_read_as_it_was_written(values: dict[str, str]) -> None:
    from base64 import b64encode

    written = ",".join(f"{key} {b64encode(value.encode()).decode()}" for key, value in values.items())
    assert domain.metadata(written) == values
