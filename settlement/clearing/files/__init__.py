"""The platform's file of a month: read as a stream, compared as sets, previewed, confirmed."""
