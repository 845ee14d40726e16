"""Importing this file puts the folder on the path: test modules share ``example_tracks``."""
