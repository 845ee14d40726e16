"""Procedural scenes with exact tracks."""
