"""Habits of a project that its examples show and that a single file need not: how imports are joined and placed."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """What to do where the file itself leaves it open."""

    join: bool | None = None
    """Whether names of one module share a statement; None to judge by the file."""
    in_place: bool = False
    """Whether what stands in for something goes where that was."""
    end: str = ""
    """``first`` or ``last``: statements go to that end of the imports."""
    order: int | None = None
    """Which of the language's orders is tried first."""
    follow: str = ""
    """In a list without order, the name after which a new one goes."""

    apart: bool | None = None
    """Whether imports of the file's own package stand in a group of their own; None as usual in the language."""
    tidy: bool = False
    """Whether every import goes that the edits of the rules leave without a use."""
    unused: bool = False
    """Whether a dropped import also goes from files in which nothing else changed, if nothing there uses it."""

    def texts(self) -> tuple[str, ...]:
        """The words that stand for it in a rule file."""
        words = [] if self.join is None else ["join" if self.join else "separate"]
        words += ["in place"] if self.in_place else []
        words += [self.end] if self.end else []
        words += [f"order {self.order}"] if self.order is not None else []
        words += [f"after {self.follow}"] if self.follow else []
        words += [] if self.apart is None else ["apart" if self.apart else "together"]
        words += ["tidy"] if self.tidy else []
        words += ["unused"] if self.unused else []
        return tuple(words)


def read_style(words: Iterable[str]) -> Style:
    """The inverse of :meth:`Style.texts`; words that mean nothing are left out."""
    join: bool | None = None
    in_place = False
    end = follow = ""
    order: int | None = None
    words = list(words)
    for word in words:
        head, _, rest = word.partition(" ")
        if word in ("join", "separate"):
            join = word == "join"
        elif word == "in place":
            in_place = True
        elif word in ("first", "last"):
            end = word
        elif head == "order" and rest.isdigit():
            order = int(rest)
        elif head == "after":
            follow = rest
    apart = "apart" in words if {"apart", "together"} & set(words) else None
    return Style(
        apart=apart,
        join=join,
        in_place=in_place,
        end=end,
        order=order,
        follow=follow,
        tidy="tidy" in words,
        unused="unused" in words,
    )
