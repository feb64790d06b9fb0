"""Settlements counted, in both directions, by month, area, category and so on: from the settlements themselves."""
