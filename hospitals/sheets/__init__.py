"""Reading the lists that people keep in spreadsheets: any workbook or CSV file in, checked rows out.  No Django."""

from .reading import read_book, read_table
from .table import Column, Fault, Kind, Row, Skipped, Table, Unreadable

__all__ = ["Column", "Fault", "Kind", "Row", "Skipped", "Table", "Unreadable", "read_book", "read_table"]
