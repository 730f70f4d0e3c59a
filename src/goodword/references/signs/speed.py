"""Answered too fast: less time than reading and writing can take.

The estimate for a questionnaire (questionnaires.timing, or medians once they are there) is what most people need.
A practised reader who picks quickly needs about half of it. Below **a quarter** of it not all was read: medium; below
**an eighth**: high.

Typing: on a keyboard the mean is 52 words a minute, and 120 the fastest of 168,000 people (Dhakal and others 2018,
"Observations on Typing from 136 Million Keystrokes", CHI '18). Texts of 40 words and more that came in, reading
included, at **more than 120 words a minute** were pasted or dictated: low by itself, and with the first together high.

Only answers given in one sitting have a time; a factual reference has none.
"""

from goodword.references.signs.found import Found, Grade, key_of

CODE = "fast"
FASTEST_WORDS_A_MINUTE = 120
_LEAST_WORDS = 40


def speed_sign(*, referee_id: int, seconds: int | None, expected: int, words: int) -> Found | None:
    """The sign in a time: `seconds` from Start to Submit, `expected` seconds, `words` in all free texts."""
    if seconds is None or expected <= 0:
        return None
    hasty = seconds < expected / 4
    typed = words >= _LEAST_WORDS and words * 60 > FASTEST_WORDS_A_MINUTE * seconds
    if not hasty and not typed:
        return None
    grade: Grade = "low"
    if hasty:
        grade = "high" if typed or seconds < expected / 8 else "medium"
    return Found(
        code=CODE,
        grade=grade,
        key=key_of([referee_id]),
        facts={"seconds": seconds, "expected": expected, "words": words, "hasty": hasty, "typed": typed},
    )
