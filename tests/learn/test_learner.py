"""Learning from small examples, and what the rules then do to code that they have not seen."""

from __future__ import annotations

from dataclasses import dataclass

import pytest

from whimbrel.learn import Example, Learned, learn
from whimbrel.rules import rewrite
from whimbrel.syntax import language_for_path


def learned(path: str, *sides: tuple[str, str]) -> Learned:
    """Learn from (before, after) texts."""
    folder, _, name = path.rpartition("/")
    return learn(
        [
            Example(path=f"{folder}{number}/{name}", before=before.encode(), after=after.encode())
            for number, (before, after) in enumerate(sides)
        ]
    )


def migrate(rules: Learned, path: str, source: str) -> str:
    """The source with the rules of its language applied."""
    language = language_for_path(path)
    assert language is not None
    return rewrite(source.encode(), rules=rules.rules, language=language).source.decode()


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A change and what should become of unseen code."""

    path: str
    examples: tuple[tuple[str, str], ...]
    unseen: str
    expected: str


METHODS = """\
class A:
    def test_one(self):
        pass

    def helper(self):
        pass

    def test_two(self):
        pass
"""

CASES = {
    "python rename": Case(
        path="a.py",
        examples=(("x = lib.old(1)\ny = lib.old(a, b)\n", "x = lib.new(1)\ny = lib.new(a, b)\n"),),
        unseen="z = f(lib.old(*q), lib.older(1))\n",
        expected="z = f(lib.new(*q), lib.older(1))\n",
    ),
    "python keyword argument added": Case(
        path="a.py",
        examples=(
            (
                "a = client.get(url)\nb = client.get(f(x))\nc = client.put(url)\n",
                "a = client.get(url, timeout=5)\nb = client.get(f(x), timeout=5)\nc = client.put(url)\n",
            ),
        ),
        unseen="return_(client.get(base + path), client.head(q))\n",
        expected="return_(client.get(base + path, timeout=5), client.head(q))\n",
    ),
    "python argument removed": Case(
        path="a.py",
        examples=(
            ("run(a, verbose=True)\nwalk(b, verbose=True)\n", "run(a)\nwalk(b, verbose=True)\n"),
            ("x = run(c[0], verbose=True)\n", "x = run(c[0])\n"),
        ),
        unseen="run(c.d, verbose=True)\nwalk(c, verbose=True)\n",
        expected="run(c.d)\nwalk(c, verbose=True)\n",
    ),
    "python decorator added": Case(
        path="a.py",
        examples=((METHODS, METHODS.replace("    def test_", "    @slow\n    def test_")),),
        unseen="@slow\ndef test_done(self):\n    pass\n",
        expected="@slow\ndef test_done(self):\n    pass\n",
    ),
    "python moved receiver": Case(
        path="a.py",
        examples=(("if os.path.exists(p):\n    x = os.path.exists(q.r)\n", "if p.exists():\n    x = q.r.exists()\n"),),
        unseen="y = os.path.exists(base)\nz = os.path.isdir(base)\n",
        expected="y = base.exists()\nz = os.path.isdir(base)\n",
    ),
    "javascript reordered": Case(
        path="a.js",
        examples=(
            ("assert.same(1, f(x));\nassert.ok(a, b);\n", "assert.is(f(x), 1);\nassert.ok(a, b);\n"),
            ("x = 1;\nassert.same(want, got);\n", "x = 1;\nassert.is(got, want);\n"),
        ),
        unseen="assert.same('a', b.c);\nassert.ok(a, b);\n",
        expected="assert.is(b.c, 'a');\nassert.ok(a, b);\n",
    ),
    "typescript wrap": Case(
        path="a.ts",
        examples=(
            ("const a: string = read(x);\n", "const a: string = trim(read(x));\n"),
            ("show(1, [read(y.z)]);\n", "show(1, [trim(read(y.z))]);\n"),
            ("return_(read('a'), 1);\n", "return_(trim(read('a')), 1);\n"),
        ),
        unseen="const c = [read('k'), write(x)];\n",
        expected="const c = [trim(read('k')), write(x)];\n",
    ),
    "java unwrap": Case(
        path="A.java",
        examples=(
            (
                "class A { void m() { int a = new Integer(1).intValue(); } }\n".replace(
                    "new Integer(1).intValue()", "Box.of(f(1)).get()"
                ),
                "class A { void m() { int a = f(1); } }\n",
            ),
            ("class B { int n() { return Box.of(x.y).get(); } }\n", "class B { int n() { return x.y; } }\n"),
        ),
        unseen="class C { int o() { return Box.of(q).get() + Crate.of(q).get(); } }\n",
        expected="class C { int o() { return q + Crate.of(q).get(); } }\n",
    ),
    "go argument added first": Case(
        path="a.go",
        examples=(
            (
                "package a\n\nfunc f() {\n\tstore.Load(id)\n\tstore.Load(x.ID, 2)\n}\n",
                "package a\n\nfunc f() {\n\tstore.Load(ctx, id)\n\tstore.Load(ctx, x.ID, 2)\n}\n",
            ),
        ),
        unseen="package b\n\nfunc g() {\n\treturn store.Load(k), store.Save(k)\n}\n",
        expected="package b\n\nfunc g() {\n\treturn store.Load(ctx, k), store.Save(k)\n}\n",
    ),
    "rust macro to method": Case(
        path="a.rs",
        examples=(
            (
                "fn f() {\n    let a = try!(read(x));\n    try!(b.c());\n}\n",
                "fn f() {\n    let a = read(x)?;\n    b.c()?;\n}\n",
            ),
        ),
        unseen="fn g() {\n    let q = try!(w.x(1));\n}\n",
        expected="fn g() {\n    let q = w.x(1)?;\n}\n",
    ),
    "ruby rename of an option": Case(
        path="a.rb",
        examples=(("link a, :old => 1\nlink b, :old => f(2)\n", "link a, fresh: 1\nlink b, fresh: f(2)\n"),),
        unseen="link c, :old => 'x'\nlink c, :other => 1\n",
        expected="link c, fresh: 'x'\nlink c, :other => 1\n",
    ),
    "csharp property": Case(
        path="A.cs",
        examples=(
            (
                "class A { int m() { return a.GetSize() + b.c.GetSize(); } }\n",
                "class A { int m() { return a.Size + b.c.Size; } }\n",
            ),
        ),
        unseen="class B { int n() { return q().GetSize() - q.GetWidth(); } }\n",
        expected="class B { int n() { return q().Size - q.GetWidth(); } }\n",
    ),
    "c flag added": Case(
        path="a.c",
        examples=(
            (
                "int f(void) {\n    return open(p, 1) + close(p);\n}\n",
                "int f(void) {\n    return open(p, 1 | X) + close(p);\n}\n",
            ),
            (
                "void g(void) {\n    int fd = open(q->r, 2);\n}\n",
                "void g(void) {\n    int fd = open(q->r, 2 | X);\n}\n",
            ),
        ),
        unseen="void h(void) {\n    use(open(s[0], m), 2);\n}\n",
        expected="void h(void) {\n    use(open(s[0], m | X), 2);\n}\n",
    ),
    "bash option": Case(
        path="a.sh",
        examples=(
            ("curl -s $url\nwget -s $url\n", "curl -fsS $url\nwget -s $url\n"),
            ("x=1\ncurl -s -o x $y\n", "x=1\ncurl -fsS -o x $y\n"),
            ("if curl -s $1; then x; fi\n", "if curl -fsS $1; then x; fi\n"),
        ),
        unseen='if curl -s "$z"; then wget -s $url; fi\n',
        expected='if curl -fsS "$z"; then wget -s $url; fi\n',
    ),
    "python text derived by case": Case(
        path="a.py",
        examples=(("x.getAll(1)\ny.findOne(q)\n", "x.call('get_all', 1)\ny.call('find_one', q)\n"),),
        unseen="pass\n",
        expected="pass\n",
    ),
    "python text derived by prefix": Case(
        path="a.py",
        examples=(
            ("api.get('v1/users')\n", "api.get('v2/users')\n"),
            ("x = api.get('v1/teams')\n", "x = api.get('v2/teams')\n"),
            ("f(api.get('v1/jobs', 1))\n", "f(api.get('v2/jobs', 1))\n"),
        ),
        unseen="api.get('v1/roles')\nshow('roles')\n",
        expected="api.get('v2/roles')\nshow('roles')\n",
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_unseen_code(name: str) -> None:
    case = CASES[name]
    rules = learned(case.path, *case.examples)
    assert migrate(rules, case.path, case.unseen) == case.expected


@pytest.mark.parametrize("name", CASES)
def test_examples_come_out_as_written_and_stay_so(name: str) -> None:
    case = CASES[name]
    rules = learned(case.path, *case.examples)
    for before, after in case.examples:
        if not rules.unexplained:
            assert migrate(rules, case.path, before) == after
        assert migrate(rules, case.path, after) == after
    assert migrate(rules, case.path, case.expected) == case.expected


@pytest.mark.parametrize("name", [name for name in CASES if name != "python text derived by case"])
def test_all_edits_are_explained(name: str) -> None:
    case = CASES[name]
    rules = learned(case.path, *case.examples)
    assert rules.unexplained == ()
    assert rules.explained == rules.edits > 0
    assert all(0 < rule.evidence.confidence < 1 and rule.evidence.examples for rule in rules.rules.rules)


@pytest.mark.parametrize(
    ("path", "before", "after", "unseen", "expected"),
    [
        ("a.py", "x = lib.old(a)\n", "x = lib.new(a)\n", "lib.old(b, 1)\n", "lib.new(b, 1)\n"),
        ("a.js", "foo(bar.baz(x));\n", "foo(bar.qux(x));\n", "y = bar.baz('1');\n", "y = bar.qux('1');\n"),
        (
            "a.go",
            "package a\nvar x = strings.Old(y)\n",
            "package a\nvar x = strings.New(y)\n",
            "package b\nvar z = strings.Old(q.r)\n",
            "package b\nvar z = strings.New(q.r)\n",
        ),
    ],
)
def test_one_example_is_enough(path: str, before: str, after: str, unseen: str, expected: str) -> None:
    assert migrate(learned(path, (before, after)), path, unseen) == expected


def test_what_was_left_alone_narrows_the_rule() -> None:
    """The same method of another object stayed in the example, so the object belongs to the rule."""
    free = learned("a.py", ("db.run(a)\n", "db.execute(a)\n"))
    assert migrate(free, "a.py", "db.run(q)\n") == "db.execute(q)\n"
    narrow = learned(
        "a.py",
        ("db.run(a)\ntask.run(a)\nloop.run(b)\n", "db.execute(a)\ntask.run(a)\nloop.run(b)\n"),
        ("x = db.run(1)\n", "x = db.execute(1)\n"),
    )
    assert (
        migrate(narrow, "a.py", "db.run(q)\ntask.run(q)\nother.run(q)\n")
        == "db.execute(q)\ntask.run(q)\nother.run(q)\n"
    )


@pytest.mark.xfail(reason="one rule over two neighbouring statements is cheaper than one for each of them")
def test_neighbouring_statements_are_two_places() -> None:
    rules = learned("a.py", ("get('users')\nget('teams')\n", "get('/api/users')\nget('/api/teams')\n"))
    assert migrate(rules, "a.py", "get('roles')\n") == "get('/api/roles')\n"


@pytest.mark.xfail(reason="a derived rule has no condition yet that keeps it from adding its prefix twice")
def test_a_prefix_that_is_added_everywhere() -> None:
    rules = learned(
        "a.py",
        ("api.get('users')\n", "api.get('/api/users')\n"),
        ("x = api.get('teams')\n", "x = api.get('/api/teams')\n"),
    )
    assert (
        migrate(rules, "a.py", "api.get('roles')\napi.get('/api/x')\n") == "api.get('/api/roles')\napi.get('/api/x')\n"
    )


def test_the_number_of_arguments_narrows_the_rule() -> None:
    examples = ("f(a)\nf(b)\nf(a, b)\nf(c, d)\n", "f(a, None)\nf(b, None)\nf(a, b)\nf(c, d)\n")
    assert migrate(learned("a.py", examples), "a.py", "f(q)\nf(q, r)\n") == "f(q, None)\nf(q, r)\n"


def test_kinds_narrow_the_rule() -> None:
    examples = (
        "log('a')\nlog('b')\nlog(x)\nlog(y.z)\nlog(w)\n",
        "log(_('a'))\nlog(_('b'))\nlog(x)\nlog(y.z)\nlog(w)\n",
    )
    assert migrate(learned("a.py", examples), "a.py", "log('q')\nlog(q)\n") == "log(_('q'))\nlog(q)\n"


def test_a_name_is_generalised_only_when_two_were_seen() -> None:
    one = learned("a.py", ("a.get(x, 1)\n", "a.get(x, limit=1)\n"))
    assert migrate(one, "a.py", "q.put(y, 1)\n") == "q.put(y, 1)\n"
    two = learned(
        "a.py",
        (
            "a.get(x, cb=1)\nb.put(y, cb=2)\nc.head(z, cb=3)\n",
            "a.get(x, callback=1)\nb.put(y, callback=2)\nc.head(z, callback=3)\n",
        ),
    )
    assert migrate(two, "a.py", "q.post(w, cb=4)\n") == "q.post(w, callback=4)\n"


def test_languages_are_learnt_apart() -> None:
    rules = learn(
        [
            Example(path="a.py", before=b"old(1)\n", after=b"new(1)\n"),
            Example(path="a.js", before=b"old(1);\n", after=b"fresh(1);\n"),
            Example(path="a.xyz", before=b"old", after=b"new"),
        ]
    )
    assert rules.rules.languages() == {"python", "javascript"}
    assert migrate(rules, "b.py", "old(2)\n") == "new(2)\n"
    assert migrate(rules, "b.js", "old(2);\n") == "fresh(2);\n"
    assert [(item.path, item.reason) for item in rules.skipped] == [("a.xyz", "its language is not known")]


@pytest.mark.parametrize(
    ("before", "after", "reason"),
    [
        (b"x\n", b"x\n", "the two sides do not differ"),
        (b"", b"x\n", "one side is empty"),
        (b"x\n", b" \n", "one side is empty"),
        (b"x\0\n", b"y\0\n", "binary"),
    ],
)
def test_files_that_teach_nothing(before: bytes, after: bytes, reason: str) -> None:
    rules = learn([Example(path="a.py", before=before, after=after)])
    assert (rules.rules.rules, rules.edits) == ((), 0)
    assert [item.reason for item in rules.skipped] == [reason]


def test_no_examples() -> None:
    assert learn([]).rules.rules == ()


def test_layout_alone_is_no_edit() -> None:
    assert learned("a.py", ("f( a )\n", "f(a)\n")).edits == 0


def test_examples_that_do_not_parse() -> None:
    rules = learned("a.py", ("x = old(1)\ndef f(:\n  old(2\n", "x = new(1)\ndef f(:\n  new(2\n"))
    assert migrate(rules, "a.py", "y = old(3)\n") == "y = new(3)\n"


def test_examples_with_crlf_and_other_bytes() -> None:
    rules = learn(
        [
            Example(
                path="a.py",
                before=b"\xef\xbb\xbfx = old(1)\r\ny = '\xff'\r\n",
                after=b"\xef\xbb\xbfx = new(1)\r\ny = '\xff'\r\n",
            )
        ]
    )
    assert migrate(rules, "a.py", "q = old(2)\n") == "q = new(2)\n"


def test_an_edit_without_a_rule_is_told() -> None:
    """The author did one thing in one place and another in the same place elsewhere."""
    before = "f(a)\nf(a)\nf(a)\nf(a)\n"
    rules = learned("a.py", (before, "f(a)\nf(b)\nf(a)\nf(a)\n"))
    assert migrate(rules, "a.py", "f(a)\n") == "f(a)\n"
    (missing,) = rules.unexplained
    assert (missing.line, missing.before, missing.after) == (2, "a", "b")
    assert rules.explained == 0


def test_comments_are_learnt_as_words() -> None:
    rules = learned(
        "a.py",
        (
            "# see oldsite.example for more\nx = 1\n# oldsite.example\n",
            "# see newsite.example for more\nx = 1\n# newsite.example\n",
        ),
    )
    assert (
        migrate(rules, "a.py", "# at oldsite.example now\noldsite = 1\n") == "# at newsite.example now\noldsite = 1\n"
    )


def test_learning_twice_gives_the_same() -> None:
    case = CASES["python keyword argument added"]
    assert learned(case.path, *case.examples) == learned(case.path, *case.examples)
