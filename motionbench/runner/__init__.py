"""Plan, generate, score."""
