"""The other side, to play with: hospitals elsewhere that call the portal, and the platforms that its uploads go to.

A program of its own on the next port, with its own memory; it knows the portal by the published messages alone.
"""
