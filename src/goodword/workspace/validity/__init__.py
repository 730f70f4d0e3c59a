"""Settings > Validity: how results relate to ratings after the start, and the import of such ratings."""
