"""Adding an import and dropping it again gives the bytes from before, whatever the sorted imports around it."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from whimbrel.rules.imports import apply_import_changes
from whimbrel.rules.rule import ImportChange
from whimbrel.syntax import language_named

WORDS = st.sampled_from(
    ["alpha", "bravo", "charlie", "delta", "echo", "hotel", "india", "kilo", "mike", "oscar", "zulu"]
)
MODULES = st.lists(WORDS, min_size=1, max_size=8, unique=True).map(sorted)
SHORT = st.lists(WORDS, min_size=1, max_size=5, unique=True).map(sorted)
"""Few enough for one line: a list that had to be wrapped stays wrapped."""
NEW = st.sampled_from(["aaa", "foxtrot", "golf", "lima", "zzz"])
NEWLINES = st.sampled_from(["\n", "\r\n"])


def there_and_back(language: str, head: str, body: str, use: str, statement: str) -> None:
    """``head`` and ``body`` make the file; the name is used by ``use`` after the body."""
    known = language_named(language)
    plain = (head + body).encode()
    using = (head + body + use).encode()
    added = apply_import_changes(plain, using, [ImportChange(language=language, add=(statement,))], known)
    assert added != using
    again = apply_import_changes(plain, added, [ImportChange(language=language, add=(statement,))], known)
    assert again == added
    unused = added.removesuffix(use.encode())
    dropped = apply_import_changes(added, unused, [ImportChange(language=language, drop=(statement,))], known)
    assert dropped == plain


@settings(max_examples=60, deadline=None)
@given(modules=MODULES, new=NEW, newline=NEWLINES)
def test_python_statements(modules: list[str], new: str, newline: str) -> None:
    head = "".join(f"import {module}{newline}" for module in modules) + newline
    there_and_back("python", head, f"x = 1{newline}", f"{new}.y(){newline}", f"import {new}")


@settings(max_examples=60, deadline=None)
@given(names=SHORT, new=NEW, newline=NEWLINES, lines=st.booleans())
def test_python_lists(names: list[str], new: str, newline: str, lines: bool) -> None:
    if lines:
        body = "".join(f"    {name},{newline}" for name in names)
        head = f"from package import ({newline}{body}){newline}{newline}"
    else:
        head = f"from package import {', '.join(names)}{newline}{newline}"
    there_and_back("python", head, f"x = 1{newline}", f"{new}(){newline}", f"from package import {new}")


@settings(max_examples=60, deadline=None)
@given(
    groups=st.lists(st.sampled_from(["std", "third", "local"]), min_size=1, max_size=3, unique=True), newline=NEWLINES
)
def test_python_groups(groups: list[str], newline: str) -> None:
    texts = {
        "std": f"import os{newline}import sys{newline}",
        "third": f"import numpy{newline}import requests{newline}",
        "local": f"from . import a{newline}from .b import c{newline}",
    }
    head = newline.join(texts[name] for name in ("std", "third", "local") if name in groups) + newline
    there_and_back("python", head, f"x = 1{newline}", f"re.y(){newline}", "import re")


@settings(max_examples=60, deadline=None)
@given(modules=MODULES, new=NEW, newline=NEWLINES, quote=st.sampled_from("'\""), end=st.sampled_from(["", ";"]))
def test_typescript(modules: list[str], new: str, newline: str, quote: str, end: str) -> None:
    head = "".join(f"import {{ {m} }} from {quote}{m}{quote}{end}{newline}" for m in modules) + newline
    there_and_back("typescript", head, f"x(){newline}", f"{new}(){newline}", f"import {{ {new} }} from '{new}';")


@settings(max_examples=60, deadline=None)
@given(modules=MODULES, new=NEW, newline=NEWLINES)
def test_java(modules: list[str], new: str, newline: str) -> None:
    imports = "".join(f"import org.{m}.{m.title()};{newline}" for m in modules)
    head = f"package p;{newline}{newline}{imports}{newline}"
    body = f"class X {{}}{newline}"
    there_and_back(
        "java", head, body, f"class Y extends {new.title()} {{}}{newline}", f"import org.{new}.{new.title()};"
    )


@settings(max_examples=60, deadline=None)
@given(modules=MODULES, new=NEW, newline=NEWLINES)
def test_go(modules: list[str], new: str, newline: str) -> None:
    imports = "".join(f'\t"{m}"{newline}' for m in modules)
    head = f"package p{newline}{newline}import ({newline}{imports}){newline}{newline}"
    there_and_back("go", head, f"var x = 1{newline}", f"var y = {new}.Z{newline}", f'import "{new}"')


@settings(max_examples=60, deadline=None)
@given(names=MODULES, new=NEW, newline=NEWLINES)
def test_rust(names: list[str], new: str, newline: str) -> None:
    head = f"use package::{{{', '.join(['aa', *names])}}};{newline}{newline}"
    there_and_back("rust", head, f"fn x() {{}}{newline}", f"fn y() {{ {new}(); }}{newline}", f"use package::{new};")
