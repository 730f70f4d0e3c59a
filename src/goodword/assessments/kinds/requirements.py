"""Requirements of job posts that a kind of test can assess, by stems in English, German and French."""

import re
from typing import Final


def stems(text: str) -> re.Pattern[str]:
    """A pattern for words that start with one of these, separated by commas."""
    return re.compile(rf"\b(?:{'|'.join(' '.join(stem.split()) for stem in text.split(','))})", re.IGNORECASE)


_NOT_TESTED: Final = stems(r"""
    \d+\s*\+?\s*(?:years|jahre|ans|année), years? (?:of|in), degree, bachelor, master(?:'|’)?s, diplom,
    abschluss, studium, ausbildung, licen[cs]e, certific, zertifi, führerschein, permis, fluen, native,
    (?:[abc][12]\b), verhandlungssicher, fließend, muttersprach, courant, visa, work permit, salary, gehalt,
    salaire, travel, reise, equal opportunit, benefit, we offer, wir bieten, nous offrons
""")


def mentions(cues: re.Pattern[str], sentence: str) -> bool:
    """Whether the sentence contains a cue, and nothing that no test assesses, such as a degree."""
    return bool(cues.search(sentence)) and not _NOT_TESTED.search(sentence)
