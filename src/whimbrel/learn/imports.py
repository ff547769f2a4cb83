"""Learning import companions from before/after pairs.

What each example adds, drops and replaces is read from its bindings; what is learned is tried on the examples
themselves, with all their other edits made, and only changes that are right more often than wrong stay. An example's
import edits count as explained when the trial gives the very tokens of the example. Where a file alone does not show
how its project places imports, the style under which most examples come out is learned with the changes.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from difflib import SequenceMatcher
from typing import Any

from whimbrel.learn.oracle import with_code_edits
from whimbrel.rules.imports import Binding, Dialect, Table, dialect_of
from whimbrel.rules.imports.apply import adjust
from whimbrel.rules.imports.style import Style
from whimbrel.rules.imports.usage import Usage
from whimbrel.rules.imports.wanted import ANY, ANY_MODULE, write_wanted
from whimbrel.rules.rule import Evidence, ImportChange
from whimbrel.syntax import Language, tokenize

ROUNDS = 3
_Form = tuple[str, str, str, str]
Ranges = tuple[tuple[int, int], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ImportLearning:
    """What was learned, and which import edits of the examples it accounts for."""

    changes: tuple[ImportChange, ...] = ()
    """At most one, for the language of the examples."""
    explained_before: tuple[Ranges, ...] = ()
    """Per pair: bytes of import statements of the file before whose edits are accounted for."""
    explained_after: tuple[Ranges, ...] = ()
    """Per pair: the same in the file after."""


@dataclass(slots=True)
class Pair:
    """An example, read."""

    old: Usage
    """The file before."""
    new: Usage
    """The file after."""
    staged: Usage
    """The file before with all edits made that are not on imports."""
    hunks: list[tuple[int, int, int, int]]
    """Runs of statements that differ: from, to before; from, to after."""
    added: list[Binding] = field(default_factory=list)
    dropped: list[Binding] = field(default_factory=list)
    replaced: list[tuple[Binding, Binding]] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """One learned change: an addition without ``old``, a removal without ``new``, else a replacement."""

    old: Binding | None
    new: Binding | None
    used_by: tuple[str, ...] = ()


def learn_import_changes(pairs: Sequence[tuple[bytes, bytes]], language: Language) -> ImportLearning:
    """The import changes that the pairs (bytes before, bytes after) show and that hold on all of them."""
    dialect = dialect_of(language)
    nothing: tuple[Ranges, ...] = tuple(() for _ in pairs)
    read = [] if dialect is None else [read_pair(before, after, dialect, language) for before, after in pairs]
    if dialect is None or not any(pair.hunks for pair in read):
        return ImportLearning(explained_before=nothing, explained_after=nothing)
    change = _Search(read, dialect, language).run()
    if change is None:
        return ImportLearning(explained_before=nothing, explained_after=nothing)
    claims = [_explained(pair, _made(pair, change, language)) for pair in read]
    return ImportLearning(
        changes=(change,),
        explained_before=tuple(claim[0] for claim in claims),
        explained_after=tuple(claim[1] for claim in claims),
    )


def read_pair(before: bytes, after: bytes, dialect: Dialect, language: Language) -> Pair:
    """Read an example and say what it adds, drops and replaces."""
    old = Usage(dialect.read(tokenize(before, language)), dialect)
    new = Usage(dialect.read(tokenize(after, language)), dialect)
    hunks = _hunks(old.table, new.table)
    if not hunks:
        return Pair(old, new, new, hunks)
    staged = with_code_edits(old.table, new.table)
    pair = Pair(old, new, Usage(dialect.read(tokenize(staged, language)), dialect) if staged != before else old, hunks)
    had, has = Counter(old.table.bindings), Counter(new.table.bindings)
    pair.dropped, pair.added = list((had - has).elements()), list((has - had).elements())
    for binding in list(pair.dropped):
        name = dialect.bound(binding)
        twin = next((other for other in pair.added if name and dialect.bound(other) == name), None)
        if twin is not None:
            pair.dropped.remove(binding)
            pair.added.remove(twin)
            pair.replaced.append((binding, twin))
    return pair


def _hunks(old: Table, new: Table) -> list[tuple[int, int, int, int]]:
    left, right = [s.tokens for s in old.statements], [s.tokens for s in new.statements]
    if left == right:
        return []
    return [
        codes[1:] for codes in SequenceMatcher(None, left, right, autojunk=False).get_opcodes() if codes[0] != "equal"
    ]


def _made(pair: Pair, change: ImportChange, language: Language) -> Table:
    """The imports of the example when the change is applied to it."""
    result = adjust(pair.old, pair.staged, [change], language)
    return pair.old.dialect.read(tokenize(result, language))


class _Search:
    """Looks for the changes, and the style, that give the examples."""

    def __init__(self, pairs: list[Pair], dialect: Dialect, language: Language) -> None:
        self.pairs = [pair for pair in pairs if pair.hunks]
        self.all = pairs
        self.dialect = dialect
        self.language = language

    def run(self) -> ImportChange | None:
        candidates = list(dict.fromkeys(self.candidates()))
        style = Style()
        for _ in range(ROUNDS):
            if not candidates:
                return None
            style = self.best_style(candidates, style)
            wrong = self.wrong(candidates, style)
            if not wrong:
                break
            candidates = [candidate for candidate in candidates if candidate not in wrong]
        if self.unreliable(candidates, style):
            candidates = [candidate for candidate in candidates if candidate.old is None or candidate.new is None]
            style = self.best_style(candidates, Style())
        return self.change(candidates, style) if candidates else None

    def unreliable(self, candidates: list[_Candidate], style: Style) -> bool:
        """Whether less than half of the hunks that come out on the examples are right."""
        change = self.change(candidates, style)
        made = [(pair, _made(pair, change, self.language)) for pair in self.pairs]
        hunks = sum(len(_hunks(pair.old.table, table)) for pair, table in made)
        return hunks > 2 * sum(len(_matched(pair, table)) for pair, table in made)

    # candidates --------------------------------------------------------------------------------------------------

    def candidates(self) -> Iterator[_Candidate]:
        """Everything that the examples add, drop or replace, generalised over names where they allow."""
        replaced = {entry for pair in self.pairs for entry in pair.replaced}
        moving = {entry for entry in replaced if any(self.moves(pair, *entry) for pair in self.pairs)}
        families: dict[tuple[Binding, Binding], list[tuple[Binding, Binding]]] = {}
        for old, new in replaced:
            if old.name == new.name and old.name not in ("", "*", "default") and old.alias == new.alias:
                pattern = (replace(old, name=ANY, alias=""), replace(new, name=ANY, alias=""))
                families.setdefault(pattern, []).append((old, new))
        forms = self.forms(replaced)
        for pair in self.pairs:
            for entry in pair.replaced:
                if _form(entry) in forms:
                    yield _Candidate(*forms[_form(entry)])
                    continue
                pattern = (replace(entry[0], name=ANY, alias=""), replace(entry[1], name=ANY, alias=""))
                members = families.get(pattern, [])
                if len({old.name for old, _ in members}) > 1 and self.whole(pattern):
                    if any(member in moving for member in members):
                        yield _Candidate(*pattern)
                elif entry in moving:
                    yield _Candidate(*entry)
            for binding in pair.added:
                used_by = self.used_by(binding)
                if used_by is not None:
                    yield _Candidate(None, binding, used_by)
            for binding in pair.dropped:
                yield _Candidate(binding, None)
            for binding in self.at_hand(pair):
                yield _Candidate(None, binding)

    def at_hand(self, pair: Pair) -> list[Binding]:
        """Imports that the new code of an example uses and that the file had already: other files may lack them."""
        kept = set(pair.old.table.bindings).intersection(pair.new.table.bindings)
        return [
            binding
            for binding in pair.new.table.bindings
            if binding in kept and self.dialect.bound(binding) and pair.new.uses(binding) > pair.old.uses(binding)
        ]

    def forms(self, replaced: set[tuple[Binding, Binding]]) -> dict[_Form, tuple[Binding, Binding]]:
        """Changes of form that the examples make to every module alike, like a namespace that becomes a default."""
        modules: dict[_Form, set[str]] = {}
        for old, new in replaced:
            if old.module == new.module and old.kind != new.kind and old.name in ("", "*", "default"):
                modules.setdefault(_form((old, new)), set()).add(old.module)
        kept = {(b.kind, b.name) for pair in self.all for b in pair.new.table.bindings}
        return {
            form: (Binding(ANY_MODULE, form[1], ANY, form[0]), Binding(ANY_MODULE, form[3], ANY, form[2]))
            for form, seen in modules.items()
            if len(seen) > 1 and form[:2] not in kept
        }

    def whole(self, pattern: tuple[Binding, Binding]) -> bool:
        """Whether no example keeps a name of the old module."""
        return not any(
            replace(binding, name=ANY, alias="") == pattern[0] and binding.name not in ("", "*")
            for pair in self.all
            for binding in pair.new.table.bindings
        )

    def moves(self, pair: Pair, old: Binding, new: Binding) -> bool:
        """Whether the pair replaces one by the other and more happens than a change of the path in place."""
        if (old, new) not in pair.replaced:
            return False
        left, right = _home(pair.old.table, old), _home(pair.new.table, new)
        before, after = pair.old.table.statements[left], pair.new.table.statements[right]
        if before.form != after.form or len(before.bindings) != len(after.bindings) or old.kind != new.kind:
            return True
        return not any(
            i1 <= left < i2 and j1 <= right < j2 and i2 - i1 == j2 - j1 and left - i1 == right - j1
            for i1, i2, j1, j2 in pair.hunks
        )

    def used_by(self, binding: Binding) -> tuple[str, ...] | None:
        """Names whose appearance calls for an import that names nothing itself; None when there are none."""
        if self.dialect.bound(binding) or self.dialect.always_wanted(binding):
            return ()
        adding = [pair for pair in self.pairs if binding in pair.added]
        refuted: set[str] = set()
        for pair in self.all:
            if binding not in pair.new.table.bindings:
                refuted |= set(pair.new.names) - set(pair.old.names)
        fresh = Counter(name for pair in adding for name in set(pair.new.names) - set(pair.old.names) - refuted)
        common = [name for name, count in fresh.most_common() if count == len(adding)]
        return tuple(sorted(common)[:3]) or None

    # trial -------------------------------------------------------------------------------------------------------

    def change(self, candidates: Iterable[_Candidate], style: Style) -> ImportChange:
        add: list[str] = []
        drop: list[str] = []
        pairs: list[tuple[str, str]] = []
        for candidate in candidates:
            old = write_wanted(candidate.old, (), self.dialect, self.language) if candidate.old else ""
            new = write_wanted(candidate.new, candidate.used_by, self.dialect, self.language) if candidate.new else ""
            if old and new:
                pairs.append((old, new))
            else:
                (add if new else drop).append(new or old)
        return ImportChange(
            language=self.language.name,
            add=tuple(add),
            drop=tuple(drop),
            replace=tuple(pairs),
            style=style.texts(),
            evidence=Evidence(examples=sum(len(pair.hunks) for pair in self.pairs), files=len(self.pairs)),
        )

    def best_style(self, candidates: list[_Candidate], current: Style) -> Style:
        """The style under which most example hunks come out; the plainest of equals."""
        best, most = current, self.score(candidates, current)
        tidied = self.score(candidates, replace(current, tidy=True))
        if tidied > most or (tidied == most and self.tidies()):
            best, most = replace(current, tidy=True), tidied
        total = sum(len(pair.hunks) for pair in self.pairs)
        for options in self.variations(candidates):
            if most >= total:
                break
            for option in options:
                trial = replace(best, **option)
                score = self.score(candidates, trial)
                if score > most + ("end" in option and score < total):
                    best, most = trial, score
        return best

    def tidies(self) -> bool:
        """Whether some example drops an import because its own edits left it without a use."""
        return any(pair.old.uses(b) and not pair.staged.needs(b) for pair in self.pairs for b in pair.dropped)

    def variations(self, candidates: list[_Candidate]) -> Iterator[list[dict[str, Any]]]:
        """Ways in which the style may differ, one dimension after the other."""
        yield [{"unused": True}]
        yield [{"join": False}, {"join": True}]
        yield [{"in_place": True}]
        yield [{"apart": not self.dialect.own_apart}]
        yield [{"order": number} for number in range(len(self.dialect.sort_keys()))]
        yield [{"end": "first"}, {"end": "last"}]
        yield [{"follow": name} for name in self.leaders(candidates)]

    def leaders(self, candidates: list[_Candidate]) -> list[str]:
        """Names after which the examples put new names in a list."""
        added = {candidate.new for candidate in candidates if candidate.new is not None}
        found: Counter[str] = Counter()
        for pair in self.pairs:
            for statement in pair.new.table.top:
                for left, right in zip(statement.bindings, statement.bindings[1:], strict=False):
                    if right in added and left not in added:
                        found[self.dialect.item(left, None)] += 1
        return [name for name, _ in found.most_common(3)]

    def score(self, candidates: list[_Candidate], style: Style) -> int:
        """Number of example hunks that come out right, less those that are wrong by more than their place."""
        change = self.change(candidates, style)
        return sum(len(_matched(pair, _made(pair, change, self.language))) for pair in self.pairs)

    def wrong(self, candidates: list[_Candidate], style: Style) -> set[_Candidate]:
        """Candidates that are wrong at least as often as right: they bind, or fail to bind, other than the example."""
        change = self.change(candidates, style)
        right: Counter[_Candidate] = Counter()
        wrong: Counter[_Candidate] = Counter()
        for pair in self.all:
            had = Counter(pair.old.table.bindings)
            has = Counter(_made(pair, change, self.language).bindings)
            should = Counter(pair.new.table.bindings)
            for candidate in candidates:
                bindings = _concerned(candidate, had | has | should)
                touched = [binding for binding in bindings if had[binding] != has[binding]]
                if touched:
                    good = all(has[binding] == should[binding] for binding in touched)
                    right[candidate] += good
                    wrong[candidate] += not good
        untried = {_Candidate(None, binding) for pair in self.pairs for binding in self.at_hand(pair)}
        return {
            entry
            for entry in candidates
            if wrong[entry] >= max(1, right[entry]) or not (right[entry] or entry in untried)
        }


def _concerned(candidate: _Candidate, bindings: Iterable[Binding]) -> list[Binding]:
    wanted = [binding for binding in (candidate.old, candidate.new) if binding is not None]
    if wanted[0].module == ANY_MODULE:
        kinds = {(binding.kind, binding.name) for binding in wanted[:1]}
        return [binding for binding in bindings if (binding.kind, binding.name) in kinds]
    if not any(binding.name == ANY for binding in wanted):
        return wanted
    return [b for b in bindings if b.name not in ("", "*") and replace(b, name=ANY, alias="") in wanted]


def _form(entry: tuple[Binding, Binding]) -> tuple[str, str, str, str]:
    old, new = entry
    return old.kind, old.name, new.kind, new.name


def _home(table: Table, binding: Binding) -> int:
    return next(index for index, statement in enumerate(table.statements) if binding in statement.bindings)


def _matched(pair: Pair, got: Table) -> list[tuple[int, int, int, int]]:
    """The hunks of the example that the result shows in the same way."""
    new, made = pair.new.table.statements, got.statements
    found = {(i1, i2, tuple(s.tokens for s in made[j1:j2])) for i1, i2, j1, j2 in _hunks(pair.old.table, got)}
    return [hunk for hunk in pair.hunks if (*hunk[:2], tuple(s.tokens for s in new[hunk[2] : hunk[3]])) in found]


def _explained(pair: Pair, got: Table) -> tuple[Ranges, Ranges]:
    """Statements before and after whose differences the result shows in the same way."""
    matched = _matched(pair, got) if pair.hunks else []
    before = [(s.start, s.end) for i1, i2, _, _ in matched for s in pair.old.table.statements[i1:i2]]
    after = [(s.start, s.end) for _, _, j1, j2 in matched for s in pair.new.table.statements[j1:j2]]
    return tuple(before), tuple(after)
