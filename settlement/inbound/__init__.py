"""Settlements of people from elsewhere at our hospitals: told by the platform's message or by a list (DY-13)."""
