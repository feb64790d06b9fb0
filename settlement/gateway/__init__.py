"""The door for the platform: what hospitals elsewhere tell and ask, checked, done once, answered and kept."""
