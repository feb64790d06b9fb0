"""Manual claims: taken in at the counter, calculated, reviewed, paid; no receipt twice, no step by the same hand."""
