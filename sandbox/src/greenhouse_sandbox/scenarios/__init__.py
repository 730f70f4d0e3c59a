"""Stories to play by name."""
