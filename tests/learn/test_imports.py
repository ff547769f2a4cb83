"""Learning import companions: what the examples show, what they refute, and which edits they explain."""

from __future__ import annotations

from whimbrel.learn.imports import ImportLearning, learn_import_changes
from whimbrel.rules.imports import apply_import_changes
from whimbrel.syntax import language_named


def learned(language: str, *pairs: tuple[str, str]) -> ImportLearning:
    return learn_import_changes([(b.encode(), a.encode()) for b, a in pairs], language_named(language))


def applied(learning: ImportLearning, language: str, before: str, edited: str) -> str:
    known = language_named(language)
    return apply_import_changes(before.encode(), edited.encode(), learning.changes, known).decode()


def test_an_addition_and_a_drop() -> None:
    before = "import os\nimport pipes\n\nx = pipes.quote(os)\n"
    after = "import os\nimport shlex\n\nx = shlex.quote(os)\n"
    learning = learned("python", (before, after))
    (change,) = learning.changes
    assert change.add == ("import shlex",)
    assert change.drop == ("import pipes",)
    other = "import pipes\nimport re\n\ny = pipes.quote(re)\n"
    expected = "import re\nimport shlex\n\ny = shlex.quote(re)\n"
    assert applied(learning, "python", other, other.replace("pipes.quote", "shlex.quote")) == expected


def test_what_the_example_files_imported_already_is_added_where_it_is_missing() -> None:
    before = 'package p\n\nimport (\n\t"io"\n\t"io/ioutil"\n)\n\nvar a, _ = ioutil.ReadAll(io.Discard)\n'
    after = 'package p\n\nimport (\n\t"io"\n)\n\nvar a, _ = io.ReadAll(io.Discard)\n'
    learning = learned("go", (before, after))
    other = 'package p\n\nimport (\n\t"fmt"\n\t"io/ioutil"\n)\n\nvar a, _ = ioutil.ReadAll(fmt.In)\n'
    expected = 'package p\n\nimport (\n\t"fmt"\n\t"io"\n)\n\nvar a, _ = io.ReadAll(fmt.In)\n'
    assert applied(learning, "go", other, other.replace("ioutil.ReadAll", "io.ReadAll")) == expected


def test_java_names_with_dollar_signs_count_as_one_name() -> None:
    before = "import a.$G$Checks;\n\nclass C { Object o = $G$Checks.notNull(1); }\n"
    after = "import java.util.Objects;\n\nclass C { Object o = Objects.requireNonNull(1); }\n"
    learning = learned("java", (before, after))
    other = before.replace("notNull(1)", "notNull(1), p = $G$Checks.positive(2)")
    edited = other.replace("$G$Checks.notNull", "Objects.requireNonNull")
    assert "import a.$G$Checks;" in applied(learning, "java", other, edited)


def test_the_ranges_are_those_of_the_statements() -> None:
    before = "import os\nimport pipes\n\nx = pipes.quote(os)\n"
    after = "import os\nimport shlex\n\nx = shlex.quote(os)\n"
    learning = learned("python", (before, after))
    ((low, high),) = learning.explained_before[0]
    assert before[low:high] == "import pipes"
    ((low, high),) = learning.explained_after[0]
    assert after[low:high] == "import shlex"


def test_a_form_that_changes() -> None:
    before = "import sys\n\nimport mock\n\nmock.patch(sys)\n"
    after = "import sys\nfrom unittest import mock\n\nmock.patch(sys)\n"
    learning = learned("python", (before, after))
    assert learning.changes[0].replace == (("import mock", "from unittest import mock"),)
    assert learning.explained_before[0]


def test_a_path_that_changes_in_place_is_left_to_the_rules() -> None:
    before = "from a.b import c\n\nc()\n"
    after = "from z.b import c\n\nc()\n"
    learning = learned("python", (before, after))
    assert learning.changes == ()
    assert learning.explained_before == ((),)


def test_a_path_that_changes_and_moves_for_many_names() -> None:
    def pair(name: str) -> tuple[str, str]:
        rest = "from m import n\nfrom o import p\n"
        return f"from a import {name}\n{rest}\n{name}(n, p)\n", f"{rest}from z import {name}\n\n{name}(n, p)\n"

    learning = learned("python", pair("c"), pair("d"))
    assert learning.changes[0].replace == (("from a import $NAME", "from z import $NAME"),)
    before, after = pair("unseen")
    assert applied(learning, "python", before, before) == after


def test_what_the_examples_refute_is_not_learned() -> None:
    first = ("x()\n", "import re\n\nre.x()\n")
    second = ("y()\n", "re.y()\n")
    assert learned("python", first, second).changes == ()


def test_a_drop_that_an_example_contradicts() -> None:
    first = ("import re\nimport os\n\nre.x(os)\n", "import os\n\nx(os)\n")
    second = ("import re\nimport os\n\nre.y(os)\n", "import re\nimport os\n\ny(os)\n")
    changes = learned("python", first, second).changes
    assert all("import re" not in change.drop for change in changes)


def test_imports_left_without_a_use_are_dropped_everywhere() -> None:
    learning = learned(
        "go",
        (
            'package p\n\nimport (\n\t"a"\n\t"b"\n)\n\nvar x = a.B(b.C)\n',
            'package p\n\nimport (\n\t"b"\n)\n\nvar x = b.C\n',
        ),
    )
    assert "tidy" in learning.changes[0].style
    before = 'package p\n\nimport (\n\t"b"\n\t"other"\n)\n\nvar x = other.B(b.C)\n'
    out = applied(learning, "go", before, before.replace("other.B(b.C)", "b.C"))
    assert out == 'package p\n\nimport (\n\t"b"\n)\n\nvar x = b.C\n'


def test_one_import_a_line_is_a_habit() -> None:
    before = "from a import b\n\nb()\n"
    after = "from a import b\nfrom a import c\n\nc(b)\n"
    learning = learned("python", (before, after))
    assert learning.changes[0].style == ("separate",)
    assert learning.explained_before == ((),) or learning.explained_after[0]


def test_where_a_new_name_goes_in_a_list_without_order() -> None:
    def pair(rest: str) -> tuple[str, str]:
        return f"from a import z, b, {rest}\n\nb(1)\n", f"from a import z, b, new, {rest}\n\nnew(1)\n"

    learning = learned("python", pair("a"), pair("c, a"))
    before, after = pair("q, d")
    assert applied(learning, "python", before, before.replace("\nb(", "\nnew(")) == after


def test_a_header_is_learned_with_the_names_that_need_it() -> None:
    def pair(name: str) -> tuple[str, str]:
        head = '#include "a.h"\n#include "z.h"\n'
        before = f"{head}\nint {name}(void) {{ return old(); }}\n"
        return before, before.replace("old()", "the_repo()").replace('"a.h"\n', '"a.h"\n#include "repo.h"\n')

    learning = learned("c", pair("f"), pair("g"))
    assert learning.changes[0].add == ('#include "repo.h" // for: the_repo',)
    before, after = pair("h")
    assert applied(learning, "c", before, before.replace("old()", "the_repo()")) == after


def test_typescript_default_imports() -> None:
    before = "import { View } from 'views';\nimport { b } from 'b';\n\nView(b);\n"
    learning = learned("typescript", (before, before.replace("{ View }", "View")))
    other = 'import { View as V } from "views";\n\nV();\n'
    assert applied(learning, "typescript", other, other) == 'import V from "views";\n\nV();\n'


def test_a_form_that_changes_for_every_module() -> None:
    def pair(*modules: str) -> tuple[str, str]:
        code = "\n" + "".join(f"{module}();\n" for module in modules)
        old = "".join(f"import * as {module} from '{module}';\n" for module in modules)
        return old + code, old.replace("* as ", "") + code

    learning = learned("typescript", pair("fs", "os"), pair("os"))
    assert learning.changes[0].replace == (("import * as $NAME from '$MODULE';", "import $NAME from '$MODULE';"),)
    before, after = pair("os", "zlib")
    assert applied(learning, "typescript", before, before) == after


def test_pairs_without_import_edits_and_unknown_languages() -> None:
    assert learned("python", ("import a\na\n", "import a\nb\n")) == ImportLearning(
        explained_before=((),), explained_after=((),)
    )
    assert learned("bash", ("a\n", "b\n")).changes == ()
    assert learn_import_changes([], language_named("python")).changes == ()
