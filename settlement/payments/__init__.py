"""Payments: batches to the bank or the insurer, their results, what failed corrected and sent again; never twice."""
