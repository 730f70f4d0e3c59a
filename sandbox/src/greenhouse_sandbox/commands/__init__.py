"""Acts by name, for driving a world without its screens."""
