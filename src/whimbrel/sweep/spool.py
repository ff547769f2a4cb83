"""A list of candidates of any length: in memory while it is short, in a temporary file when it is long."""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator
from types import TracebackType
from typing import Self

from whimbrel.sweep.candidates import Candidate

_IN_MEMORY = 4_000_000
_CHUNK_FILES = 48
_CHUNK_BYTES = 1_000_000


class Spool:
    """Written once, then read once; a context manager."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY)  # noqa: SIM115 - closed by __exit__
        self._count = 0

    def __enter__(self) -> Self:
        """The spool itself."""
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Drop it."""
        self._file.close()

    def __len__(self) -> int:
        """How many candidates it holds."""
        return self._count

    def add(self, candidate: Candidate) -> None:
        """Append one. A name may hold any byte but NUL, a newline too: the record begins with its length."""
        name = os.fsencode(candidate.path)
        self._file.write(b"%d %d %d\n%s" % (len(name), candidate.size, candidate.mode, name))
        self._count += 1

    def chunks(self) -> Iterator[list[Candidate]]:
        """All candidates in runs of bounded number and size."""
        self._file.seek(0)
        chunk: list[Candidate] = []
        size = 0
        while header := self._file.readline():
            length, candidate_size, mode = map(int, header.split())
            path = os.fsdecode(self._file.read(length))
            chunk.append(Candidate(path=path, size=candidate_size, mode=mode))
            size += candidate_size
            if len(chunk) >= _CHUNK_FILES or size >= _CHUNK_BYTES:
                yield chunk
                chunk, size = [], 0
        if chunk:
            yield chunk
