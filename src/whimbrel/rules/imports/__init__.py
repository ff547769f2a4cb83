"""Import companions: reading, adding, dropping and replacing the imports of a file, whatever its language."""

from whimbrel.rules.imports.apply import apply_import_changes
from whimbrel.rules.imports.dialect import Dialect, dialect_of
from whimbrel.rules.imports.model import Binding, Statement, Table
from whimbrel.rules.imports.wanted import may_apply

__all__ = ["Binding", "Dialect", "Statement", "Table", "apply_import_changes", "dialect_of", "may_apply"]
