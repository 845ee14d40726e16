"""Is the ruler straight? Trackers and metrics measured where the truth is known."""
