"""Settings > Validity: how results relate to ratings after hire, and the import of such ratings."""
