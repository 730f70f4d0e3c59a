"""Stories that happen to customers, to be played by name."""
