"""The example file with all of its edits made except those on imports."""

from __future__ import annotations

from difflib import SequenceMatcher

from whimbrel.rules.imports import Table


def with_code_edits(old: Table, new: Table) -> bytes:
    """``old`` with the code of ``new``: lines of imports, and the blank lines beside them, stay as in ``old``."""
    left, right = _lines(old), _lines(new)
    code_left = [line for line, is_import in left if not is_import]
    code_right = [line for line, is_import in right if not is_import]
    replaced: dict[int, list[bytes]] = {}
    removed: set[int] = set()
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, code_left, code_right, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        removed.update(range(i1, i2))
        replaced.setdefault(i1, []).extend(code_right[j1:j2])
    out: list[bytes] = []
    at = 0
    for line, is_import in left:
        if is_import:
            out.append(line)
            continue
        out.extend(replaced.get(at, ()))
        if at not in removed:
            out.append(line)
        at += 1
    out.extend(replaced.get(at, ()))
    return b"".join(out)


def _lines(table: Table) -> list[tuple[bytes, bool]]:
    """Each line, and whether it belongs to the imports."""
    source = table.module.source
    spans = [(statement.line_start, statement.line_end) for statement in table.statements]
    lines: list[tuple[bytes, bool]] = []
    at = 0
    for line in source.splitlines(keepends=True) if b"\r" not in source else source.split(b"\n"):
        text = line if b"\r" not in source else line + b"\n"
        lines.append((text, any(low <= at < high for low, high in spans)))
        at += len(text)
    if b"\r" in source and lines:
        last, flag = lines.pop()
        if last != b"\n":
            lines.append((last[:-1], flag))
    for index, (line, is_import) in enumerate(lines):
        if not is_import and not line.strip():
            beside = (index and lines[index - 1][1]) or (index + 1 < len(lines) and lines[index + 1][1])
            if beside:
                lines[index] = (line, True)
    return lines
