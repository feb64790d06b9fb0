"""A draft's tables as a workbook: out, and in again with a preview of what changes."""
