"""From score records to a board."""
