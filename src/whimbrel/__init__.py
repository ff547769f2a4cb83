"""Learn rewrite rules from a few edited files, migrate a whole codebase, keep what its checks accept."""

__version__ = "0.1.0"
