"""Lists of hospitals: read, checked against the directory, previewed, applied once, undone as one step."""
