"""Kinds of test, one package each; `registry.py` has the Protocol that each implements, and the list of kinds."""
