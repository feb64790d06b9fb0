"""Clearing, outbound: what the funds owe for our insured treated elsewhere, month by month, against the platform."""
