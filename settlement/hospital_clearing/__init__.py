"""Clearing with designated hospitals for people from elsewhere: statement, review, appeal, payment (DY-13, DY-14)."""
