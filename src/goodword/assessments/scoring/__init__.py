"""From answers to figures: pure functions without a database, each with its formula, its source and its version.

What is assumed and what is not known stands in docs/scoring.md; the versions in `versions.py`. Scale means are scored
by `library/scoring.py`, for every instrument alike.
"""
