"""``wan-nano``: the recipe that trained it, and its weights (see card.md)."""
