"""Acts by name, for whoever drives a world without its screens."""
