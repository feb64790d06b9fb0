"""Failure tickets: why a stay could not be settled directly, who acts next, and how it ended."""
