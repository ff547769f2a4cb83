"""Bytes in, bytes out: edits, offsets, encodings, saving."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from whimbrel.text import (
    Edit,
    OffsetMap,
    OverlappingEditsError,
    apply_edits,
    decode,
    encode,
    is_binary,
    newline_of,
    save_bytes,
    sort_edits,
)


def test_an_insertion_may_touch_a_replacement() -> None:
    edits = [Edit(2, 4, b"XY"), Edit(2, 2, b"<"), Edit(4, 4, b">")]
    assert apply_edits(b"abcdef", edits) == b"ab<XY>ef"


def test_equal_edits_count_once() -> None:
    assert apply_edits(b"abc", [Edit(1, 1, b"x"), Edit(1, 1, b"x")]) == b"axbc"


@pytest.mark.parametrize(
    "edits",
    [
        [Edit(1, 3, b"x"), Edit(2, 4, b"y")],
        [Edit(1, 1, b"x"), Edit(1, 1, b"y")],
        [Edit(1, 5, b"x"), Edit(3, 3, b"y")],
        [Edit(1, 3, b"x"), Edit(1, 3, b"y")],
    ],
)
def test_overlaps_are_errors(edits: list[Edit]) -> None:
    with pytest.raises(OverlappingEditsError):
        sort_edits(edits)


@pytest.mark.parametrize("edit", [Edit(2, 9, b""), Edit(-1, 1, b""), Edit(2, 1, b"")])
def test_edits_outside_the_source_are_errors(edit: Edit) -> None:
    with pytest.raises(ValueError, match="outside"):
        apply_edits(b"abc", [edit])


def test_offsets_find_their_way_back() -> None:
    edits = [Edit(1, 2, b"long"), Edit(4, 6, b""), Edit(7, 7, b"++")]
    assert apply_edits(b"abcdefghi", edits) == b"alongcdg++hi"
    back = OffsetMap(edits)
    assert [back.back(at) for at in range(13)] == [0, 1, 1, 1, 1, 2, 3, 6, 7, 7, 7, 8, 9]


@given(st.binary())
def test_any_bytes_survive_being_text(data: bytes) -> None:
    assert encode(decode(data)) == data


def test_a_nul_near_the_start_is_binary() -> None:
    assert is_binary(b"a\0b")
    assert is_binary("text".encode("utf-16"))
    assert not is_binary(b"x" * 8192 + b"\0")
    assert not is_binary("größe\xff".encode("latin-1"))


@pytest.mark.parametrize(
    ("data", "newline"),
    [
        (b"", b"\n"),
        (b"a", b"\n"),
        (b"a\r\nb\r\n", b"\r\n"),
        (b"a\r\nb\nc\r\n", b"\r\n"),
        (b"a\r\nb\n", b"\n"),
        (b"a\rb", b"\n"),
    ],
)
def test_the_newline_that_most_lines_have(data: bytes, newline: bytes) -> None:
    assert newline_of(data) == newline


def test_saving_keeps_the_mode_and_follows_links(tmp_path: Path) -> None:
    target, link = tmp_path / "a.sh", tmp_path / "link.sh"
    target.write_bytes(b"old")
    target.chmod(0o750)
    link.symlink_to(target)
    save_bytes(link, b"new")
    assert link.is_symlink()
    assert target.read_bytes() == b"new"
    assert stat.S_IMODE(target.stat().st_mode) == 0o750
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.sh", "link.sh"]


def test_a_new_file_gets_the_usual_mode(tmp_path: Path) -> None:
    mask = os.umask(0o027)
    try:
        save_bytes(tmp_path / "new", b"x")
    finally:
        os.umask(mask)
    assert stat.S_IMODE((tmp_path / "new").stat().st_mode) == 0o640


def test_a_file_that_cannot_be_written_is_as_it_was(tmp_path: Path) -> None:
    with pytest.raises(OSError, match=r"."):
        save_bytes(tmp_path / "no" / "such" / "folder", b"x")
    assert list(tmp_path.iterdir()) == []


def test_a_pipe_is_written_to_as_it_is(tmp_path: Path) -> None:
    save_bytes(Path("/dev/null"), b"x")
    assert Path("/dev/null").is_char_device()
