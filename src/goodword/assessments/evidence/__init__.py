"""Evidence: de-identified files from which every issued score can be recomputed. See docs/evidence.md."""
