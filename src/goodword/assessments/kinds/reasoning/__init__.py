"""Reasoning: items generated so that each candidate gets different ones of similar difficulty.

A family is a pure function of (seed, level) that yields an item: what is shown, options, key and rule, independent of
any language; `words` puts it into sentences.
"""
