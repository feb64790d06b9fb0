"""Scans of materials: what is taken for one, how it is kept, who may look at it."""
