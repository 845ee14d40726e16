"""The plugin protocol and the ways in."""
