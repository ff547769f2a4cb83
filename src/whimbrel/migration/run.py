"""One migration from its record in the ledger to its end; a resumed one takes the same way.

Everything that costs time is remembered in the ledger under the hash of what it depends on, everything else is done
again: that is why the end is the same whether a run was killed in between or not. Only the writing of the user's own
files is different: it is finished from the ledger, never planned anew.
"""

from __future__ import annotations

import os
from dataclasses import dataclass, replace
from pathlib import Path

from whimbrel.errors import CheckError, InputError, WhimbrelError
from whimbrel.ledger import FileState, Ledger, LeftAlone, Migration, MigrationState, SiteRecord, SiteState
from whimbrel.migration import deliver
from whimbrel.migration.baselines import take_baseline
from whimbrel.migration.blaming import Blaming, blame
from whimbrel.migration.canary import UNSEEN, notices_breakage
from whimbrel.migration.materials import Desk, Materials, SiteId
from whimbrel.migration.options import KnownCheck, Record, Rejection, Summary
from whimbrel.migration.planning import Planned, plan_into
from whimbrel.migration.prober import Prober
from whimbrel.migration.progress import Watcher
from whimbrel.migration.workspace import Workspace, copied_workspace, fingerprint, git_workspace, own_tree
from whimbrel.rules import parse_rules
from whimbrel.sweep import root_of
from whimbrel.vcs.git import GitError
from whimbrel.vcs.worktree import branch_tip, delete_branch
from whimbrel.verify import Baseline, run_command, telling_lines


@dataclass(slots=True, kw_only=True)
class Run:
    """A migration that is under way."""

    ledger: Ledger
    """Open and locked."""
    migration: Migration
    """What it is about."""
    repository: Path | None
    """The git repository of the tree, if there is one."""
    watcher: Watcher
    """Told of every step."""
    record: Record
    """What was asked, and how it has gone so far."""

    def go(self) -> None:
        """Bring the migration to its end.

        Raises:
            WhimbrelError: when it cannot go on. Either nothing of the user's was touched and the ledger forgets it, or
                it broke off while writing to the user's files and waits for ``resume`` or ``undo``.
        """
        try:
            if self._is_writing_in_place():
                self._finish_in_place()
                return
            workspace = self._workspace()
            try:
                self._work(workspace)
            finally:
                workspace.dispose()
            self._drop_empty_branch()
        except (WhimbrelError, OSError) as error:
            if self.ledger.migration(self.migration.id).state is MigrationState.WRITING:
                raise  # half-written: to be finished by resume, or taken back by undo
            self._drop_empty_branch()
            self.ledger.discard(self.migration.id)
            if isinstance(error, OSError):
                raise _cannot_work(error) from error
            raise

    # steps

    def _work(self, workspace: Workspace) -> None:
        options = self.record.options
        rules = parse_rules(self.migration.rules_text, self.record.origin.name or "rules")
        planned = plan_into(self.ledger, self.migration.id, workspace, rules, options, self.watcher)
        self._summarise(files_seen=planned.files_seen, notes=planned.notes)
        materials = Materials(
            planned.plans, rules, minimum_confidence=options.minimum_confidence, base=self._base(workspace)
        )
        desk = Desk(workspace.place, materials)
        self.ledger.set_state(self.migration.id, MigrationState.VERIFYING)
        blaming = self._verify(workspace, planned, materials, desk)
        accepted = self._settle(planned, materials, blaming)
        self._deliver(workspace, materials, desk, accepted)

    def _verify(self, workspace: Workspace, planned: Planned, materials: Materials, desk: Desk) -> Blaming:
        sites = planned.sites
        everything = Blaming(accepted=frozenset((site.path, site.key) for site in sites), rejected=(), flaky=())
        if not sites:
            return everything
        if not self.record.options.checks:
            self._note("no check was given: only that the files still parse is verified")
            return everything
        self._set_up(workspace)
        baseline = self._baseline(workspace, materials.digest({}))
        if not baseline.checks:
            self._note("no check is left: only that the files still parse is verified")
            return everything
        self.watcher.phase("verify")
        prober = Prober(
            ledger=self.ledger,
            migration_id=self.migration.id,
            workspace=workspace,
            materials=materials,
            desk=desk,
            baseline=baseline,
            watcher=self.watcher,
        )
        blaming = blame(sites, prober, maximum_runs=self.record.options.maximum_runs)
        self._summarise(probes=prober.probes, flaky=blaming.flaky)
        if not blaming.rejected and not notices_breakage(
            {path for path, _ in blaming.accepted},
            ledger=self.ledger,
            migration_id=self.migration.id,
            workspace=workspace,
            materials=materials,
            desk=desk,
            baseline=baseline,
        ):
            self._note(UNSEEN)
        return blaming

    def _set_up(self, workspace: Workspace) -> None:
        command = self.record.options.setup
        if not command:
            return
        self.watcher.phase("set up")
        try:
            run = run_command(command, workspace.check_folder, time_limit=self.record.options.time_limit)
        except OSError as error:
            raise CheckError(f"the set-up command could not run: {error.strerror}") from None
        if run.exit_code != 0:
            ended = "did not end in time" if run.exit_code is None else f"failed with exit code {run.exit_code}"
            lines = run.output.decode("utf-8", "replace").strip().splitlines()
            said = f": {lines[-1][:160]}" if lines else ""
            raise CheckError(
                f"the set-up command {ended}: {command}{said}", hint=f"it runs in {workspace.check_folder}"
            )

    def _baseline(self, workspace: Workspace, digest: str) -> Baseline:
        self.watcher.phase("baseline")
        baseline = take_baseline(
            self.ledger,
            self.migration.id,
            options=self.record.options,
            folder=workspace.check_folder,
            digest=digest,
            watcher=self.watcher,
        )
        for note in baseline.notes:
            self._note(note)
        checks = tuple(
            KnownCheck(command=known.check.command, failures=len(known.failures), seconds=known.seconds)
            for known in baseline.checks
        )
        self._summarise(checks=checks)
        return baseline

    def _settle(self, planned: Planned, materials: Materials, blaming: Blaming) -> frozenset[SiteId]:
        """Say of every site that is not accepted why; the sites that the files will really hold."""
        keys: dict[str, set[str]] = {}
        for path, key in blaming.accepted:
            keys.setdefault(path, set()).add(key)
        made = {(path, key) for path, chosen in keys.items() for key in materials.made(path, frozenset(chosen))}
        by_id = {(site.path, site.key): site for site in planned.sites}
        lost = "cannot be made without a site that was rejected"
        changed = [
            replace(by_id[site], state=SiteState.RESIDUAL, reason=lost) for site in sorted(blaming.accepted - made)
        ]
        for sites, rejected in blaming.rejected:
            changed += [
                replace(by_id[site], state=SiteState.REJECTED, reason=rejected.reason, check=rejected.check)
                for site in sites
            ]
        self.ledger.record_sites(self.migration.id, changed)
        rejections = tuple(
            Rejection(sites=sites, tail=telling_lines(rejected.tail)) for sites, rejected in blaming.rejected
        )
        self._summarise(rejections=rejections)
        return frozenset(made)

    def _deliver(self, workspace: Workspace, materials: Materials, desk: Desk, accepted: frozenset[SiteId]) -> None:
        contents = materials.contents(accepted)
        self.watcher.phase("write")
        if self.migration.branch:
            if contents:
                desk.lay_out(contents)
                sites = [site for site in self._planned_sites() if (site.path, site.key) in accepted]
                made = deliver.commit(workspace, contents, sites, self.record, self.migration.id)
                self._summarise(commit=made)
            self._finish(())
            return
        self.ledger.set_state(self.migration.id, MigrationState.WRITING)
        self._finish(deliver.write_in_place(self.ledger, self.migration.id, contents, materials))

    def _finish_in_place(self) -> None:
        """The run was killed amid writing: everything is in the ledger."""
        from whimbrel.ledger import resume_files

        self.watcher.phase("write")
        resume_files(self.ledger, self.migration.id)
        left = self.ledger.files(self.migration.id, state=FileState.LEFT_ALONE)
        self._finish(tuple(LeftAlone(path=record.path, reason=record.reason) for record in left))

    def _finish(self, left_alone: tuple[LeftAlone, ...]) -> None:
        """Say of every site that is still only planned what became of it; the end."""
        reasons = {each.path: each.reason for each in left_alone}
        marked: list[SiteRecord] = []
        for site in self._planned_sites():
            if site.path in reasons:
                marked.append(replace(site, state=SiteState.RESIDUAL, reason=f"file left alone: {reasons[site.path]}"))
            else:
                marked.append(replace(site, state=SiteState.MIGRATED))
        self.ledger.record_sites(self.migration.id, marked)
        self.ledger.set_state(self.migration.id, MigrationState.DONE)

    # helpers

    def _workspace(self) -> Workspace:
        tree, options = self.migration.tree, self.record.options
        name = f"migration-{self.migration.id}"
        if self.repository is not None:
            self.watcher.phase("check out")
            return git_workspace(
                tree,
                self.repository,
                name=name,
                revision=self.migration.base_revision,
                branch=self.migration.branch,
                check_folder=options.check_folder,
            )
        if not options.checks:
            return own_tree(tree)
        self.watcher.phase("copy")
        return copied_workspace(tree, name=name, check_folder=options.check_folder)

    def _base(self, workspace: Workspace) -> str:
        """Names the state without any edit."""
        if self.repository is not None:
            return f"revision {self.migration.base_revision}"
        return f"folder {fingerprint(root_of(self.migration.tree))}" if workspace.scratch else "unchecked"

    def _is_writing_in_place(self) -> bool:
        return self.migration.state is MigrationState.WRITING and not self.migration.branch

    def _planned_sites(self) -> list[SiteRecord]:
        return list(self.ledger.sites(self.migration.id, state=SiteState.PLANNED))

    def _note(self, text: str) -> None:
        """For the report; the watcher hears only what no report will say."""
        self._summarise(notes=(*self.record.summary.notes, text))

    def _summarise(self, **changes: object) -> None:
        summary: Summary = replace(self.record.summary, **changes)  # type: ignore[arg-type]
        self.record = replace(self.record, summary=summary)
        self.ledger.update(self.migration.id, options=self.record.to_json())

    def _drop_empty_branch(self) -> None:
        """A branch that got no commit of ours is of no use: the examples are in the user's own tree."""
        branch, base = self.migration.branch, self.migration.base_revision
        if not branch or self.repository is None:
            return
        try:
            if branch_tip(self.repository, branch) == base:
                delete_branch(self.repository, branch)
                self.ledger.update(self.migration.id, branch="")
        except GitError:
            return  # it is only litter


def _cannot_work(error: OSError) -> InputError:
    """The disk is full, or something else keeps us from writing to the place in which the migration is tried."""
    place = f": {os.fsdecode(error.filename)}" if isinstance(error.filename, str | bytes) else ""
    return InputError(
        f"cannot try the migration out{place}: {error.strerror or error}",
        hint="your own files are as they were; free some space or check permissions, and run it again",
    )
