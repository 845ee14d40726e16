"""``clip-nano``: configuration, weights, and the recipe that trained them (see card.md)."""
