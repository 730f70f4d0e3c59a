"""Commands: acts by name, for scripts."""
