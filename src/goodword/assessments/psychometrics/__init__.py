"""Psychometrics: pure functions without a database, each with its formula, source and version.

Assumptions and open questions are in docs/scoring.md, the versions in `versions.py`. The kinds of test score their own
answers (assessments.kinds).
"""
