"""Results of others: how a run is handed in, and what is checked before it is believed."""
