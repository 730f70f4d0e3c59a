"""Reasoning: generated items, different for each candidate but of similar difficulty.

A family is a pure function of (seed, level) that yields an item: task, options, key and rule, independent of any
language; `words` puts it into sentences.
"""
