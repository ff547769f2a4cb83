"""Our rules as ast-grep's: ways to say them (``candidates.py``), tried out and chosen (``choice.py``)."""

from whimbrel.rules.export.choice import Export, export_rules, to_ast_grep, verify_export

__all__ = ["Export", "export_rules", "to_ast_grep", "verify_export"]
