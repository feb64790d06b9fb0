"""What-if: the settlements of a period replayed under another version of the benefits.  Nothing is written."""
