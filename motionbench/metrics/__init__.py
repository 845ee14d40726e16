"""Metrics: pure functions on arrays, and the catalog that names them."""
