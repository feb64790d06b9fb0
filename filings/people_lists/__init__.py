"""Lists of insured persons: read, checked against the register, previewed, applied once.  Nobody is ever removed."""
