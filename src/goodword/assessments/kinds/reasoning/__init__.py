"""Reasoning: items that are generated, so that each candidate gets others of like difficulty.

A family is a pure function of (seed, level) that yields an item: what is shown, its options, the key and the rule.
An item holds no words of any language; `show` and `rule_in_words` word it.
"""
