"""Yearly accounts: what a year has used, and the settlements that are written into it."""
