"""Answers that are put in order."""

from collections.abc import Mapping, Sequence

from django.utils.translation import gettext

from goodword.questionnaires.incoming import AnswerError, one_of, unreadable
from goodword.questionnaires.reading import Json
from goodword.questionnaires.types import Ranking


def rank(question: Ranking, raw: object) -> Json:
    """The values in their order, None for an optional question left open.

    `raw` is {value: its place, from 1}, as a page sends it, or the values in order. Raises `AnswerError` at the choice
    that has no place, or one that another has.
    """
    offered = [choice.value for choice in question.choices]
    places = _places(raw, offered)
    if not places and not question.required:
        return None
    labels = {choice.value: choice.label for choice in question.choices}
    taken: dict[int, str] = {}
    for value in offered:
        if value not in places:
            sentence = gettext("Please rank “%(answer)s” too.") if places else gettext("Rank each answer.")
            raise AnswerError(sentence % {"answer": labels[value]}, part=value)
        place = places[value]
        if place in taken:
            sentence = gettext("Rank %(place)s is already given to “%(answer)s”. Use each rank once.")
            raise AnswerError(sentence % {"place": place, "answer": labels[taken[place]]}, part=value)
        taken[place] = value
    return [taken[place] for place in sorted(taken)]


def places_in(value: Sequence[object]) -> dict[str, str]:
    """The place of each choice, as its input shows it, from a stored answer."""
    return {str(one): str(place) for place, one in enumerate(value, start=1)}


def _places(raw: object, offered: Sequence[str]) -> dict[str, int]:
    """Those that were given."""
    if raw is None or raw == "":
        return {}
    if isinstance(raw, list | tuple):
        if not all(isinstance(one, str) and one in offered for one in raw) or len(set(raw)) < len(raw):
            raise unreadable()
        return {str(one): place for place, one in enumerate(raw, start=1)}
    if not isinstance(raw, Mapping):
        raise unreadable()
    possible = {str(place): place for place in range(1, len(offered) + 1)}
    found = {}
    for value in offered:
        given = raw.get(value)
        text = str(given) if isinstance(given, int) and not isinstance(given, bool) else given
        if chosen := one_of(text, possible):
            found[value] = possible[chosen]
    return found
