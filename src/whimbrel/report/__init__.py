"""One plain model of a migration, and its printers."""

from whimbrel.report.build import report_of, report_of_preview
from whimbrel.report.model import CheckLine, MigrationReport, RuleLine, SiteLine, SkippedLine
from whimbrel.report.printers import Printer, printer

__all__ = [
    "CheckLine",
    "MigrationReport",
    "Printer",
    "RuleLine",
    "SiteLine",
    "SkippedLine",
    "printer",
    "report_of",
    "report_of_preview",
]
