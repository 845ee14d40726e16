"""The leaderboard as a folder of pages that needs no network and no server."""
