"""What signs of trouble on a check and on an attempt have in common: grades, how one is shown, how one is dismissed.

What is found, and by which rule, is theirs alone: `references.signs`, `assessments.signs`. Here is no row.
"""
