"""Findings: a claim that looks like another case is held until a reviewer has decided, with a reason (DY-16)."""
