"""Score the learner on a folder of replay cases, in this process or a few of its own.

    python benchmarks/replay_cases.py CASES_DIR [--k 3] [--jobs 2] [--every N] [--only celery,git-] [--half a|b]
                                      [--json OUT] [--keep PRED_DIR] [--by language,difficulty,scope,kind] [--worst N]

CASES_DIR holds one folder a case: ``case.json``, ``before/``, ``after/``, ``distractors/``. Prints the table of
averages and one line a case, the worst F1 first; progress goes to stderr. ``--keep`` writes the changed files to
PRED_DIR/<case>/<path>, with the rules that were learnt in PRED_DIR/<case>.rules.yml. ``--half`` takes every other
repository, sorted by name.
"""

from __future__ import annotations

import argparse
import json
import shutil
import sys
from concurrent.futures import ProcessPoolExecutor, as_completed
from dataclasses import replace
from functools import partial
from pathlib import Path

from whimbrel.replay.case import load_case
from whimbrel.replay.run import Outcome, run_case
from whimbrel.replay.table import as_json, case_text, rows, table_text


def main() -> None:
    """Run the benchmark."""
    options = parse_options()
    folders = choose(options)
    if not folders:
        sys.exit(f"error: no case in {options.cases} fits the choice")
    work = partial(run_folder, k=options.k, limit=options.limit, keep=options.keep)
    if options.jobs <= 1:
        outcomes = [progress(done, len(folders), work(folder)) for done, folder in enumerate(folders, start=1)]
    else:
        with ProcessPoolExecutor(options.jobs) as pool:
            futures = [pool.submit(work, folder) for folder in folders]
            done = enumerate(as_completed(futures), start=1)
            outcomes = [progress(number, len(folders), future.result()) for number, future in done]
    print(file=sys.stderr)
    report(outcomes, options)


def parse_options() -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("cases", type=Path)
    parser.add_argument("--k", type=int, default=3, choices=(1, 3, 5), help="example files shown")
    parser.add_argument("--jobs", type=int, default=2)
    parser.add_argument("--every", type=int, default=1, help="every N-th case only")
    parser.add_argument("--only", default="", help="comma-separated prefixes of case names")
    parser.add_argument("--half", choices=("a", "b"))
    parser.add_argument("--limit", type=float, default=60.0, help="seconds for one case")
    parser.add_argument("--by", default="language,difficulty,scope", help="labels to print rows for")
    parser.add_argument("--worst", type=int, default=0, help="print only the N worst cases (default all)")
    parser.add_argument("--json", type=Path)
    parser.add_argument("--keep", type=Path)
    return parser.parse_args()


def choose(options: argparse.Namespace) -> list[Path]:
    """The case folders that the options ask for, sorted by name."""
    folders = sorted(path.parent for path in options.cases.glob("*/case.json"))
    if options.half:
        repository = {folder: json.loads((folder / "case.json").read_text())["repo"] for folder in folders}
        side = set(sorted(set(repository.values()))[options.half == "b" :: 2])
        folders = [folder for folder in folders if repository[folder] in side]
    if options.only:
        folders = [folder for folder in folders if folder.name.startswith(tuple(options.only.split(",")))]
    return folders[:: options.every]


def run_folder(folder: Path, *, k: int, limit: float, keep: Path | None) -> Outcome:
    """Run one case; whatever the learner raises is a result, since the run must go on."""
    case = load_case(folder, examples=k)
    outcome = run_case(case, limit=limit, keep=keep is not None, crashes=(Exception,))
    if keep:
        write(outcome, keep)
    return replace(outcome, predictions={}, rules_text="")


def write(outcome: Outcome, root: Path) -> None:
    """Leave the changed files and the rules of a case behind; what an earlier run left there goes first."""
    folder = root / outcome.case.name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    for path, data in outcome.predictions.items():
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        (folder / path).write_bytes(data)
    (root / f"{outcome.case.name}.rules.yml").write_text(outcome.rules_text, encoding="utf-8", errors="surrogateescape")


def progress(done: int, total: int, outcome: Outcome) -> Outcome:
    """Show that the run is alive."""
    print(f"\r{done}/{total} {outcome.case.name:<32}", end="", file=sys.stderr, flush=True)
    return outcome


def report(outcomes: list[Outcome], options: argparse.Namespace) -> None:
    """Print the cases, then the table; write the JSON."""
    labels = options.by.split(",")
    if options.json:
        options.json.write_text(json.dumps(as_json(outcomes, labels), indent=1), encoding="utf-8")
    lines = case_text(outcomes).splitlines()
    print("\n".join(lines[: options.worst + 1] if options.worst else lines), end="\n\n")
    print(table_text(rows(outcomes, labels)))
    slowest = max(outcomes, key=lambda outcome: outcome.seconds)
    print(f"\n{len(outcomes)} cases, slowest {slowest.case.name} {slowest.seconds:.1f} s")
    for outcome in outcomes:
        if outcome.failure:
            print(f"  failed: {outcome.case.name}: {outcome.failure}")


if __name__ == "__main__":
    main()
