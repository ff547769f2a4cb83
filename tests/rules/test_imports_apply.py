"""Import companions: each case is (language, before, after the code rules, change, expected)."""

from __future__ import annotations

import pytest

from whimbrel.rules.imports import apply_import_changes, may_apply
from whimbrel.rules.rule import ImportChange
from whimbrel.syntax import count_errors, language_named


def change(language: str, **fields: object) -> ImportChange:
    return ImportChange(language=language, **fields)  # type: ignore[arg-type]


def run(language: str, before: str, edited: str, **fields: object) -> str:
    """Apply a change, and check that a second application does nothing and that nothing breaks."""
    known = language_named(language)
    changes = [change(language, **fields)]
    once = apply_import_changes(before.encode(), edited.encode(), changes, known)
    assert apply_import_changes(before.encode(), once, changes, known) == once
    assert count_errors(once, known) <= count_errors(edited.encode(), known)
    return once.decode()


ADDITIONS = {
    "joins an existing list in its order": (
        "python",
        "from a import b, d\n\nb(d)\n",
        "from a import b, d\n\nc(d)\n",
        "from a import c",
        "from a import b, c, d\n\nc(d)\n",
    ),
    "is appended to a list without order": (
        "python",
        "from a import z, b, k\n\nz\n",
        "from a import z, b, k\n\nc\n",
        "from a import c",
        "from a import z, b, k, c\n\nc\n",
    ),
    "joins a list of lines with its trailing comma": (
        "python",
        "from a import (\n    b,\n    d,\n)\n\nb()\n",
        "from a import (\n    b,\n    d,\n)\n\ne()\n",
        "from a import e",
        "from a import (\n    b,\n    d,\n    e,\n)\n\ne()\n",
    ),
    "goes into its sorted place in the standard library group": (
        "python",
        "import os\nimport sys\n\nimport requests\n\nx(os)\n",
        "import os\nimport sys\n\nimport requests\n\nre.x(os)\n",
        "import re",
        "import os\nimport re\nimport sys\n\nimport requests\n\nre.x(os)\n",
    ),
    "opens a group of its class": (
        "python",
        "import requests\n\nx\n",
        "import requests\n\nre.x\n",
        "import re",
        "import re\n\nimport requests\n\nre.x\n",
    ),
    "goes below the docstring of a file without imports": (
        "python",
        '"""Doc."""\n\n\ndef f():\n    pass\n',
        '"""Doc."""\n\n\ndef f():\n    re.x()\n',
        "import re",
        '"""Doc."""\n\nimport re\n\n\ndef f():\n    re.x()\n',
    ),
    "goes below a shebang": (
        "python",
        "#!/usr/bin/env python\nx()\n",
        "#!/usr/bin/env python\nre.x()\n",
        "import re",
        "#!/usr/bin/env python\n\nimport re\n\nre.x()\n",
    ),
    "is seen inside an f-string": (
        "python",
        "import os\n\nx = f'{y}'\n",
        "import os\n\nx = f'{re.y}'\n",
        "import re",
        "import os\nimport re\n\nx = f'{re.y}'\n",
    ),
    "keeps an alias apart as isort does": (
        "python",
        "from a import b\n\nb()\n",
        "from a import b\n\nd()\n",
        "from a import c as d",
        "from a import b\nfrom a import c as d\n\nd()\n",
    ),
    "keeps CRLF": (
        "python",
        "import os\r\n\r\nx(os)\r\n",
        "import os\r\n\r\nre.x(os)\r\n",
        "import re",
        "import os\r\nimport re\r\n\r\nre.x(os)\r\n",
    ),
    "joins named imports": (
        "typescript",
        "import { a, c } from 'm';\n\na(c);\n",
        "import { a, c } from 'm';\n\nb(c);\n",
        "import { b } from 'm';",
        "import { a, b, c } from 'm';\n\nb(c);\n",
    ),
    "joins a default import": (
        "javascript",
        "import D from 'm';\n\nD();\n",
        "import D from 'm';\n\nb(D);\n",
        "import { b } from 'm';",
        "import D, { b } from 'm';\n\nb(D);\n",
    ),
    "keeps quotes and leaves semicolons out": (
        "javascript",
        'import a from "a"\nimport c from "c"\n\na(c)\n',
        'import a from "a"\nimport c from "c"\n\nb(c)\n',
        "import b from 'b';",
        'import a from "a"\nimport b from "b"\nimport c from "c"\n\nb(c)\n',
    ),
    "adds a require like the others": (
        "javascript",
        "var a = require('a');\n\na();\n",
        "var a = require('a');\n\nb();\n",
        "const b = require('b');",
        "var a = require('a');\nvar b = require('b');\n\nb();\n",
    ),
    "does not mix types and values": (
        "typescript",
        "import { a } from 'm';\n\na;\n",
        "import { a } from 'm';\n\nlet x: T = a;\n",
        "import type { T } from 'm';",
        "import { a } from 'm';\nimport type { T } from 'm';\n\nlet x: T = a;\n",
    ),
    "keeps the braces of the file": (
        "tsx",
        "import {a, c} from './m';\n\nconst x = <p>{a}</p>;\n",
        "import {a, c} from './m';\n\nconst x = <b.C>{a}</b.C>;\n",
        "import {b} from './m';",
        "import {a, b, c} from './m';\n\nconst x = <b.C>{a}</b.C>;\n",
    ),
    "goes into its sorted place in Java": (
        "java",
        "package p;\n\nimport a.A;\nimport c.C;\n\nclass X { A a; }\n",
        "package p;\n\nimport a.A;\nimport c.C;\n\nclass X { B a; }\n",
        "import b.B;",
        "package p;\n\nimport a.A;\nimport b.B;\nimport c.C;\n\nclass X { B a; }\n",
    ),
    "goes below the package": (
        "java",
        "package p;\n\nclass X { A a; }\n",
        "package p;\n\nclass X { B a; }\n",
        "import b.B;",
        "package p;\n\nimport b.B;\n\nclass X { B a; }\n",
    ),
    "is static among the static": (
        "java",
        "package p;\n\nimport a.A;\n\nimport static q.Q.a;\nimport static q.Q.c;\n\nclass X { int y = a(); }\n",
        "package p;\n\nimport a.A;\n\nimport static q.Q.a;\nimport static q.Q.c;\n\nclass X { int y = b(); }\n",
        "import static q.Q.b;",
        "package p;\n\nimport a.A;\n\nimport static q.Q.a;\nimport static q.Q.b;\nimport static q.Q.c;\n\n"
        "class X { int y = b(); }\n",
    ),
    "goes into the standard library group of Go": (
        "go",
        'package p\n\nimport (\n\t"fmt"\n\t"os"\n\n\t"x.org/y"\n)\n\nfunc f() { fmt.A(); y.B() }\n',
        'package p\n\nimport (\n\t"fmt"\n\t"os"\n\n\t"x.org/y"\n)\n\nfunc f() { log.A(); y.B() }\n',
        'import "log"',
        'package p\n\nimport (\n\t"fmt"\n\t"log"\n\t"os"\n\n\t"x.org/y"\n)\n\nfunc f() { log.A(); y.B() }\n',
    ),
    "keeps an alias in Go": (
        "go",
        'package p\n\nimport (\n\t"fmt"\n)\n\nfunc f() { fmt.A() }\n',
        'package p\n\nimport (\n\t"fmt"\n)\n\nfunc f() { l.A() }\n',
        'import l "log"',
        'package p\n\nimport (\n\t"fmt"\n\tl "log"\n)\n\nfunc f() { l.A() }\n',
    ),
    "joins a use list": (
        "rust",
        "use a::{b, d};\n\nfn f() { b(); }\n",
        "use a::{b, d};\n\nfn f() { c(); }\n",
        "use a::c;",
        "use a::{b, c, d};\n\nfn f() { c(); }\n",
    ),
    "turns a single use into a list": (
        "rust",
        "use a::b;\n\nfn f() { b(); }\n",
        "use a::b;\n\nfn f() { c(); }\n",
        "use a::c;",
        "use a::{b, c};\n\nfn f() { c(); }\n",
    ),
    "includes a header for the names that it is for": (
        "c",
        '#include "a.h"\n#include "c.h"\n\nint f(void) { return x(); }\n',
        '#include "a.h"\n#include "c.h"\n\nint f(void) { return y(); }\n',
        '#include "b.h" // for: y',
        '#include "a.h"\n#include "b.h"\n#include "c.h"\n\nint f(void) { return y(); }\n',
    ),
    "includes inside an include guard": (
        "cpp",
        "#ifndef A\n#define A\n#include <a>\n\nint f();\n#endif\n",
        "#ifndef A\n#define A\n#include <a>\n\nstring f();\n#endif\n",
        "#include <string> // for: string",
        "#ifndef A\n#define A\n#include <a>\n#include <string>\n\nstring f();\n#endif\n",
    ),
    "adds a using directive": (
        "csharp",
        "using System;\n\nclass X { A a; }\n",
        "using System;\n\nclass X { B a; }\n",
        "using Q.R; // for: B",
        "using System;\nusing Q.R;\n\nclass X { B a; }\n",
    ),
    "adds a use in PHP": (
        "php",
        "<?php\n\nuse A\\B;\nuse A\\D;\n\nnew B();\n",
        "<?php\n\nuse A\\B;\nuse A\\D;\n\nnew C();\n",
        "use A\\C;",
        "<?php\n\nuse A\\B;\nuse A\\C;\nuse A\\D;\n\nnew C();\n",
    ),
    "adds an import in Kotlin": (
        "kotlin",
        "package p\n\nimport a.A\nimport c.C\n\nval x = A()\n",
        "package p\n\nimport a.A\nimport c.C\n\nval x = B()\n",
        "import b.B",
        "package p\n\nimport a.A\nimport b.B\nimport c.C\n\nval x = B()\n",
    ),
    "joins a list in Scala": (
        "scala",
        "import a.{B, D}\n\nobject X { B() }\n",
        "import a.{B, D}\n\nobject X { C() }\n",
        "import a.C",
        "import a.{B, C, D}\n\nobject X { C() }\n",
    ),
    "requires in Ruby": (
        "ruby",
        "require 'a'\nrequire 'c'\n\nx\n",
        "require 'a'\nrequire 'c'\n\nY.x\n",
        "require 'b' # for: Y",
        "require 'a'\nrequire 'b'\nrequire 'c'\n\nY.x\n",
    ),
}


@pytest.mark.parametrize("name", ADDITIONS)
def test_an_addition(name: str) -> None:
    language, before, edited, add, expected = ADDITIONS[name]
    assert run(language, before, edited, add=(add,)) == expected


DROPS = {
    "a statement with its line": ("python", "import os\nimport re\n\nre\n", "import re", "import os\n\nx\n"),
    "a name of a list": ("python", "from a import b, c, d\n\nc\n", "from a import c", "from a import b, d\n\nx\n"),
    "the last name of a list": ("python", "from a import b, c\n\nc\n", "from a import c", "from a import b\n\nx\n"),
    "a line of a list": (
        "python",
        "from a import (\n    b,\n    c,\n    d,\n)\n\nc\n",
        "from a import c",
        "from a import (\n    b,\n    d,\n)\n\nx\n",
    ),
    "a group with its blank line": (
        "python",
        "import os\n\nimport six\n\nimport mine\n\nsix\n",
        "import six",
        "import os\n\nimport mine\n\nx\n",
    ),
    "the only import": ("python", '"""Doc."""\n\nimport os\n\n\nos\n', "import os", '"""Doc."""\n\n\nx\n'),
    "a statement in the dialect of the shell": (
        "python",
        "import os\r\nimport re\r\n\r\nre\r\n",
        "import re",
        "import os\r\n\r\nx\r\n",
    ),
    "a named import": (
        "typescript",
        "import { a, b } from 'm';\n\nb;\n",
        "import { b } from 'm';",
        "import { a } from 'm';\n\nx;\n",
    ),
    "the names beside a default": (
        "typescript",
        "import D, { b } from 'm';\n\nb;\n",
        "import { b } from 'm';",
        "import D from 'm';\n\nx;\n",
    ),
    "a default beside names": (
        "javascript",
        "import D, { b } from 'm';\n\nD;\n",
        "import D from 'm';",
        "import { b } from 'm';\n\nx;\n",
    ),
    "an import of Java": (
        "java",
        "import a.A;\nimport b.B;\n\nclass X extends B {}\n",
        "import b.B;",
        "import a.A;\n\nclass X extends x {}\n",
    ),
    "a spec of Go": (
        "go",
        'package p\n\nimport (\n\t"fmt"\n\t"os"\n)\n\nvar y = os.A\n',
        'import "os"',
        'package p\n\nimport (\n\t"fmt"\n)\n\nvar y = x.A\n',
    ),
    "the last spec of Go with its brackets": (
        "go",
        'package p\n\nimport (\n\t"os"\n)\n\nvar y = os.A\n',
        'import "os"',
        "package p\n\nvar y = x.A\n",
    ),
    "one of two in a use list": (
        "rust",
        "use a::{b, c};\n\nfn f() { c(); }\n",
        "use a::c;",
        "use a::b;\n\nfn f() { x(); }\n",
    ),
    "a use of PHP": ("php", "<?php\nuse A\\B;\nuse A\\C;\n\nnew C();\n", "use A\\C;", "<?php\nuse A\\B;\n\nnew x();\n"),
}


@pytest.mark.parametrize("name", DROPS)
def test_a_drop(name: str) -> None:
    language, before, drop, expected = DROPS[name]
    head, code = before.rsplit("\n\n", 1) if "\r" not in before else before.rsplit("\r\n\r\n", 1)
    bound = {"import b.B;": "B", "import os": "os", 'import "os"': "os", "import six": "six", "import re": "re"}
    name_used = bound.get(drop) or (
        "D" if drop.startswith("import D") else drop.strip(";} ").split(" from ")[0].split(" ")[-1]
    )
    name_used = name_used.split("\\")[-1].split("::")[-1].strip("{} ")
    if language in ("typescript", "javascript") and "{" in drop:
        name_used = "b"
    separator = "\r\n\r\n" if "\r" in before else "\n\n"
    edited = head + separator + code.replace(name_used, "x")
    assert run(language, before, edited, drop=(drop,)) == expected


REPLACEMENTS = {
    "changes form and place": (
        "python",
        "import os\nimport sys\n\nimport mock\n\nmock\n",
        ("import mock", "from unittest import mock"),
        "import os\nimport sys\nfrom unittest import mock\n\nmock\n",
    ),
    "keeps an alias": (
        "python",
        "import mock as m\n\nm\n",
        ("import mock", "from unittest import mock"),
        "from unittest import mock as m\n\nm\n",
    ),
    "splits a list": (
        "python",
        "from a import b, c\n\nb(c)\n",
        ("from a import c", "from d import c"),
        "from a import b\nfrom d import c\n\nb(c)\n",
    ),
    "moves every name of a module and keeps the layout": (
        "python",
        "from a.b import (\n    Z,\n    C,\n)\n\nZ(C)\n",
        ("from a.b import $NAME", "from a.c import $NAME"),
        "from a.c import (\n    Z,\n    C,\n)\n\nZ(C)\n",
    ),
    "turns a namespace into a default": (
        "typescript",
        'import * as c from "cn";\n\nc();\n',
        ("import * as c from 'cn';", "import c from 'cn';"),
        'import c from "cn";\n\nc();\n',
    ),
    "keeps the local name": (
        "typescript",
        "import * as d from 'cn';\n\nd();\n",
        ("import * as c from 'cn';", "import c from 'cn';"),
        "import d from 'cn';\n\nd();\n",
    ),
    "makes an import a type import": (
        "typescript",
        "import {T} from 't';\n\nlet x: T;\n",
        ("import {T} from 't';", "import type {T} from 't';"),
        "import type {T} from 't';\n\nlet x: T;\n",
    ),
    "moves a class": (
        "java",
        "import a.A;\nimport b.B;\nimport c.C;\n\nclass X { C c; }\n",
        ("import c.C;", "import aa.C;"),
        "import a.A;\nimport aa.C;\nimport b.B;\n\nclass X { C c; }\n",
    ),
    "moves a package": (
        "go",
        'package p\n\nimport (\n\t"a.org/log"\n\t"b.org/x"\n)\n\nvar y = log.A\n',
        ('import "a.org/log"', 'import "c.org/log"'),
        'package p\n\nimport (\n\t"b.org/x"\n\t"c.org/log"\n)\n\nvar y = log.A\n',
    ),
    "stays in place in a file without order": (
        "python",
        "import z\nimport mock\nimport y\nimport b\n\nmock\n",
        ("import mock", "from unittest import mock"),
        "import z\nfrom unittest import mock\nimport y\nimport b\n\nmock\n",
    ),
    "works inside a function": (
        "python",
        "def f():\n    import mock\n    return mock\n",
        ("import mock", "from unittest import mock"),
        "def f():\n    from unittest import mock\n    return mock\n",
    ),
}


@pytest.mark.parametrize("name", REPLACEMENTS)
def test_a_replacement_needs_no_rule(name: str) -> None:
    language, before, pair, expected = REPLACEMENTS[name]
    assert may_apply(before.encode(), [change(language, replace=(pair,))])
    assert run(language, before, before, replace=(pair,)) == expected


UNCHANGED = {
    "a name that was used before": ("python", "x(re)\n", "y(re)\n", {"add": ("import re",)}),
    "a name that is not used": ("python", "x\n", "y\n", {"add": ("import re",)}),
    "a keyword argument is no use": ("python", "f(a=1)\n", "f(re=1)\n", {"add": ("import re",)}),
    "a member is no use": ("python", "x.a\n", "x.re\n", {"add": ("import re",)}),
    "a parameter is no use": ("python", "def f(a):\n    a\n", "def f(re):\n    re\n", {"add": ("import re",)}),
    "a name that the file defines": ("python", "x\n", "def re():\n    pass\nre()\n", {"add": ("import re",)}),
    "a name that another import binds": (
        "python",
        "from my import re\nx\n",
        "from my import re\nre.x\n",
        {"add": ("import re",)},
    ),
    "a dropped name that is still used": (
        "python",
        "import re\nre.a\nre.b\n",
        "import re\nre.a\n",
        {"drop": ("import re",)},
    ),
    "a dropped name in __all__": (
        "python",
        "from a import b\n__all__ = ['b']\nb\n",
        "from a import b\n__all__ = ['b']\n",
        {"drop": ("from a import b",)},
    ),
    "a dropped name in an annotation": (
        "python",
        "from a import b\nx: 'b' = b\n",
        "from a import b\nx: 'b' = 1\n",
        {"drop": ("from a import b",)},
    ),
    "an unused import where nothing changed": ("python", "import re\n", "import re\n", {"drop": ("import re",)}),
    "the only statement of a block": (
        "python",
        "try:\n    import re\nexcept E:\n    pass\nre\n",
        "try:\n    import re\nexcept E:\n    pass\nx\n",
        {"drop": ("import re",)},
    ),
    "a property is no use": ("typescript", "f({ a: 1 });\n", "f({ b: 1 });\n", {"add": ("import { b } from 'm';",)}),
    "a class that documentation links to": (
        "java",
        "import a.A;\n\n/** See {@link A}. */\nclass X { A a; }\n",
        "import a.A;\n\n/** See {@link A}. */\nclass X { B a; }\n",
        {"drop": ("import a.A;",)},
    ),
    "a field name is no use": (
        "go",
        "package p\n\nvar y = x.A\n",
        "package p\n\nvar y = x.log\n",
        {"add": ('import "log"',)},
    ),
    "a header whose names are not new": (
        "c",
        '#include "a.h"\nint x = y;\n',
        '#include "a.h"\nint z = y;\n',
        {"add": ('#include "b.h" // for: y',)},
    ),
    "a class of the same package": (
        "java",
        "package a.b;\n\nclass X { A a; }\n",
        "package a.b;\n\nclass X { B a; }\n",
        {"add": ("import a.b.B;",)},
    ),
    "a class that a wildcard imports": (
        "java",
        "import a.b.*;\n\nclass X { A a; }\n",
        "import a.b.*;\n\nclass X { B a; }\n",
        {"add": ("import a.b.B;",)},
    ),
    "another language": ("java", "class X {}\n", "class Y {}\n", {}),
    "a path is no use of its last part": ("rust", "fn f() { a(); }\n", "fn f() { q::c(); }\n", {"add": ("use a::c;",)}),
    "what cannot be read": ("python", "x\n", "re\n", {"add": ("this is no import",), "drop": ("nor is this",)}),
}


@pytest.mark.parametrize("name", UNCHANGED)
def test_left_alone(name: str) -> None:
    language, before, edited, fields = UNCHANGED[name]
    assert run(language, before, edited, **fields) == edited


def test_tidy_drops_whatever_the_rules_left_without_a_use() -> None:
    before = "import os\nimport re\nimport unused\n\nre.x(os)\n"
    edited = before.replace("re.x(os)", "x(os)")
    assert run("python", before, edited, style=("tidy",)) == edited.replace("import re\n", "")


def test_unused_drops_reach_files_in_which_nothing_changed() -> None:
    before = "use a::{b, c};\n\nfn f() { b(); }\n"
    fields = {"drop": ("use a::c;",), "style": ("unused",)}
    assert may_apply(before.encode(), [change("rust", **fields)])
    assert run("rust", before, before, **fields) == "use a::b;\n\nfn f() { b(); }\n"


def test_a_type_checking_block_goes_with_its_only_import() -> None:
    before = "import os\n\nif TYPE_CHECKING:\n    from a import B\n\nx: B = os\n"
    edited = before.replace("x: B", "x")
    assert run("python", before, edited, drop=("from a import B",)) == "import os\n\nx = os\n"


def test_a_line_that_gets_too_long_is_wrapped() -> None:
    names = ", ".join(f"name_number_{index}" for index in range(4))
    before = f"from package.module import {names}\n\nname_number_0\n"
    out = run(
        "python",
        before,
        before.replace("\nname_number_0", "\nname_number_9"),
        add=("from package.module import name_number_9",),
    )
    assert "import (\n    name_number_0,\n" in out
    assert "    name_number_9" in out
    assert max(len(line) for line in out.splitlines()) < 80


def test_the_prefilter_is_cheap_and_sound() -> None:
    changes = [change("python", replace=(("import mock", "from unittest import mock"),))]
    assert may_apply(b"import mock", changes)
    assert not may_apply(b"import os", changes)
    assert not may_apply(b"import mock", [change("python", add=("import mock",))])


def test_bytes_that_are_not_utf8_survive() -> None:
    before = b"# caf\xe9\nimport os\n\nos\n"
    after = before.replace(b"\nos\n", b"\nre\n")
    out = apply_import_changes(before, after, [change("python", add=("import re",))], language_named("python"))
    assert out == b"# caf\xe9\nimport os\nimport re\n\nre\n"
