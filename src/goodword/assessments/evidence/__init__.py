"""The evidence of an organisation's assessments: de-identified files from which every issued score comes out again.

`writing` writes them, `check` computes scores and totals anew, and adds up marks,
from the files alone. What is in them, and what they are good
for: docs/evidence.md.
"""
