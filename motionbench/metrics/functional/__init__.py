"""Arrays in, values out; no files, no models."""
