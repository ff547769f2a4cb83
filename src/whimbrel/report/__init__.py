"""One plain model of a migration, and its printers."""

from whimbrel.report.build import report_of, report_of_preview
from whimbrel.report.model import CheckLine, MigrationReport, RuleLine, SiteLine, SkippedLine, Step
from whimbrel.report.printers import Printer, printer, printer_names

__all__ = [
    "CheckLine",
    "MigrationReport",
    "Printer",
    "RuleLine",
    "SiteLine",
    "SkippedLine",
    "Step",
    "printer",
    "printer_names",
    "report_of",
    "report_of_preview",
]
