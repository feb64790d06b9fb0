"""What callers ask: the five queries of the query desk, two of them after the caller is verified (DY-11, JN-07)."""
