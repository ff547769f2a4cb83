"""Edit script, anti-unification, guards, companions, selection: from examples to rules."""

from whimbrel.learn.examples import Example
from whimbrel.learn.learner import Learned, SkippedFile, Unexplained, learn
from whimbrel.learn.policy import DEFAULT_POLICY, Policy

__all__ = ["DEFAULT_POLICY", "Example", "Learned", "Policy", "SkippedFile", "Unexplained", "learn"]
