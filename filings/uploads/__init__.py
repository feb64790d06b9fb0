"""Uploads to the platforms: claimed in order, sent, recorded; put right and sent again by people."""
