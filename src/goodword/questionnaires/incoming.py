"""Untrusted answers, piece by piece: what every question type needs to take one apart."""

from collections.abc import Collection, Mapping

from django.utils.translation import gettext, ngettext

from goodword.core.text import clean_text
from goodword.questionnaires.types import LONGEST_COMMENT


class AnswerError(ValueError):
    """Why an answer cannot be taken, in a sentence for the person who gave it.

    `part` is the piece of the answer that it is about ("level", "comment", "from"), "" for the whole.
    """

    def __init__(self, sentence: str, *, part: str = "") -> None:
        super().__init__(sentence)
        self.sentence = sentence
        self.part = part


def unreadable() -> AnswerError:
    """For what no page of ours sends: a wrong type, a choice that was never offered."""
    return AnswerError(gettext("This answer could not be read. Please answer again."))


def parts(raw: object, *, alone: str) -> Mapping[str, object]:
    """The named pieces of an answer; a bare text or number counts as the piece named `alone`."""
    if raw is None:
        return {}
    if isinstance(raw, Mapping):
        return raw
    if isinstance(raw, str | int):
        return {alone: raw}
    raise unreadable()


def text_of(raw: object, *, longest: int, one_line: bool, part: str = "") -> str:
    """The cleaned text, "" if nothing was given; too long is an error that says by how much."""
    if raw is None:
        return ""
    if not isinstance(raw, str):
        raise unreadable()
    text = clean_text(raw, one_line=one_line)
    over = len(text) - longest
    if over > 0:
        sentence = ngettext(
            "This is %(over)s character over the limit of %(longest)s. Please shorten it.",
            "This is %(over)s characters over the limit of %(longest)s. Please shorten it.",
            over,
        )
        raise AnswerError(sentence % {"over": f"{over:,}", "longest": f"{longest:,}"}, part=part)
    return text


def comment_of(given: Mapping[str, object], *, asked: bool) -> str:
    """The optional comment beside an answer; "" where none is asked."""
    if not asked:
        return ""
    return text_of(given.get("comment"), longest=LONGEST_COMMENT, one_line=False, part="comment")


def one_of(raw: object, allowed: Collection[str]) -> str:
    """The chosen value, "" if none was; a value that was not offered is unreadable."""
    if raw is None or raw == "":
        return ""
    if not isinstance(raw, str) or raw not in allowed:
        raise unreadable()
    return raw
