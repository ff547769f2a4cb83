"""From a set of sites to the bytes of files, and onto the disk of the workspace.

A file with all its sites is the rewrite that was planned, a file with none is the original; anything between is
rewritten anew with the other sites left out. Should leaving one out uncover a site that nobody planned, that one is
left out, too: what is put to the checks is exactly what was asked for.
"""

from __future__ import annotations

import hashlib
import os
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path

from whimbrel.ledger import hash_bytes
from whimbrel.rules import RuleSet
from whimbrel.sweep import FilePlan, plan_file

SiteId = tuple[str, str]
"""Path and key of a site."""

_ROUNDS = 4
_SECOND = 1_000_000_000


class Materials:
    """The planned files of one migration."""

    def __init__(self, plans: Iterable[FilePlan], rules: RuleSet, *, minimum_confidence: float, base: str) -> None:
        self.plans = {plan.path: plan for plan in plans}
        self._rules = rules
        self._minimum_confidence = minimum_confidence
        self._base = base
        self._partial: dict[tuple[str, frozenset[str]], FilePlan | None] = {}

    def contents(self, sites: Iterable[SiteId]) -> dict[str, bytes]:
        """What each file that is not as before holds, with just these sites."""
        chosen: dict[str, set[str]] = defaultdict(set)
        for path, key in sites:
            chosen[path].add(key)
        found = {path: self._content(path, frozenset(keys)) for path, keys in chosen.items()}
        return {path: data for path, data in found.items() if data != self.plans[path].before}

    def made(self, path: str, keys: frozenset[str]) -> frozenset[str]:
        """Of these sites of a file, the ones that its content really holds."""
        plan = self._plan(path, keys)
        return frozenset(site.key for site in plan.rewrite.sites) if plan is not None else frozenset()

    def digest(self, contents: Mapping[str, bytes]) -> str:
        """A hash of the whole state under test: where it started from, and every file that is not as before."""
        digest = hashlib.sha256(self._base.encode())
        for path in sorted(contents):
            digest.update(os.fsencode(path) + b"\0" + hash_bytes(contents[path]).encode())
        return digest.hexdigest()

    def _content(self, path: str, keys: frozenset[str]) -> bytes:
        plan = self._plan(path, keys)
        return plan.rewrite.source if plan is not None else self.plans[path].before

    def _plan(self, path: str, keys: frozenset[str]) -> FilePlan | None:
        whole = self.plans[path]
        planned = frozenset(site.key for site in whole.rewrite.sites)
        if keys >= planned:
            return whole
        if not keys:
            return None
        entry = (path, keys)
        if entry not in self._partial:
            self._partial[entry] = self._rewritten(whole, planned, keys)
        return self._partial[entry]

    def _rewritten(self, whole: FilePlan, planned: frozenset[str], keys: frozenset[str]) -> FilePlan | None:
        exclude = planned - keys
        for _ in range(_ROUNDS):
            plan = plan_file(
                whole.path,
                whole.before,
                self._rules,
                mode=whole.mode,
                minimum_confidence=self._minimum_confidence,
                exclude=exclude,
            )
            if not isinstance(plan, FilePlan) or not plan.changed:
                return None
            uncovered = {site.key for site in plan.rewrite.sites} - keys
            if not uncovered:
                return plan
            exclude |= uncovered
        return None


class Desk:
    """Puts contents onto the disk of a workspace, and back; made before anything runs there.

    Every write gives a file a later time than it had: tools that compare times (make, Python's byte code caches, which
    know whole seconds only) must see each change, even when two follow within a second and have the same size.
    """

    def __init__(self, place: Path, materials: Materials) -> None:
        self._place = place
        self._materials = materials
        self._held = {path: (plan.before, self._signature(path)) for path, plan in materials.plans.items()}

    def lay_out(self, contents: Mapping[str, bytes]) -> None:
        """Make every planned file hold its content, the original when it has none here."""
        for path, plan in self._materials.plans.items():
            wanted = contents.get(path, plan.before)
            data, signature = self._held[path]
            if data != wanted or signature != self._signature(path):
                self._write(path, wanted, plan.mode)

    def _write(self, path: str, data: bytes, mode: int) -> None:
        target = self._place / path
        earlier = self._signature(path)[0]
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = target.with_name(f".{target.name[:80]}.whimbrel")
        fresh.write_bytes(data)
        fresh.chmod(mode)
        fresh.replace(target)
        moment = max(time.time_ns(), earlier + _SECOND)
        os.utime(target, ns=(moment, moment))
        self._held[path] = (data, self._signature(path))

    def _signature(self, path: str) -> tuple[int, int, int]:
        """Time, size and identity of the file, which change when a check writes to it."""
        try:
            status = (self._place / path).lstat()
        except OSError:
            return (0, -1, 0)
        return (status.st_mtime_ns, status.st_size, status.st_ino)
