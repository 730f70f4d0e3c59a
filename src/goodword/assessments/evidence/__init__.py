"""Evidence of an organisation's assessments: de-identified files from which every issued score can be recomputed.

`export` writes them, `check` recomputes from the files alone. Contents and purpose: docs/evidence.md.
"""
