"""Reasoning: generated items, different for each candidate but of similar difficulty.

A family is a pure function of (seed, level) that returns an item, independent of any language (`words`).
"""
