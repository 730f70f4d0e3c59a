"""The types of question as a recruiter chooses between them: a name, what it is for, an example."""

from dataclasses import dataclass

from django.utils.translation import gettext as _


@dataclass(frozen=True, slots=True)
class Kind:
    """A type: its name in JSON, its name on pages, one line of what it is for, and an example question."""

    name: str
    title: str
    what: str
    example: str


def groups() -> list[tuple[str, list[Kind]]]:
    """All types in the order in which they are offered, under their headings."""
    return [
        (_("To rate"), _to_rate()),
        (_("To choose"), _to_choose()),
        (_("To write"), _to_write()),
        (_("To confirm what the candidate stated"), _to_confirm()),
    ]


def kinds() -> dict[str, Kind]:
    """Every type by its name in JSON."""
    return {kind.name: kind for _heading, members in groups() for kind in members}


def _to_rate() -> list[Kind]:
    return [
        Kind(
            "rating",
            _("Rating"),
            _("Five levels, each with an example of behaviour. The fairest way to ask about a competency."),
            _("How reliably did {candidate} deliver what was agreed?"),
        ),
        Kind(
            "agreement",
            _("Agreement"),
            _("A statement, and how far one agrees with it."),
            _("{candidate} told others in time when something was late."),
        ),
        Kind(
            "between",
            _("Between two statements"),
            _("A place between two ways of working, neither of them better."),
            _("Plans ahead in detail … decides as things come"),
        ),
    ]


def _to_choose() -> list[Kind]:
    return [
        Kind(
            "yes_no_unsure",
            _("Yes or no"),
            _("Yes, no or not sure, with room for a comment."),
            _("Did {candidate} lead people?"),
        ),
        Kind(
            "would_work_again",
            _("Would work together again"),
            _(
                "Yes, yes with reservations, no, or prefer not to say. Candidates are not asked it about themselves."
            ),
            _("Would you work with {candidate} again?"),
        ),
        Kind(
            "single_choice",
            _("One of several answers"),
            _("Answers of your own, of which one is chosen."),
            _("How large was the team? Up to 5, 6 to 15, more"),
        ),
        Kind(
            "multiple_choice",
            _("Several answers"),
            _("Answers of your own, of which some are chosen."),
            _("Which of these did {candidate} do regularly?"),
        ),
        Kind(
            "adjectives",
            _("Pick words"),
            _("A list of words, of which an exact number is picked."),
            _("Pick the three words that describe {candidate} at work best."),
        ),
        Kind(
            "ranking",
            _("Put in order"),
            _("Answers of your own, each of which gets a place. Up to ten."),
            _("In which order would you take these tasks on a full day?"),
        ),
    ]


def _to_write() -> list[Kind]:
    return [
        Kind(
            "long_text",
            _("Long text"),
            _("A few sentences in free text. Takes the most time, and is often the most informative."),
            _("What does {candidate} do especially well?"),
        ),
        Kind("short_text", _("Short text"), _("One line."), _("What was the name of the project?")),
        Kind(
            "number",
            _("Number"),
            _("A number, with a unit and bounds if you like."),
            _("How many people reported to {candidate}?"),
        ),
        Kind("date", _("Date"), _("One day."), _("When did the project end?")),
        Kind(
            "period",
            _("Period"),
            _("A first and a last month, or still going on."),
            _("When did {candidate} lead the team?"),
        ),
    ]


def _to_confirm() -> list[Kind]:
    return [
        Kind(
            "relationship_confirm",
            _("Relationship"),
            _("The referee confirms or corrects their relationship to the candidate."),
            _("What were you to {candidate} when you worked together?"),
        ),
        Kind(
            "dates_confirm",
            _("Dates"),
            _("The referee confirms or corrects when they worked together."),
            _("When did you work together?"),
        ),
        Kind(
            "title_confirm",
            _("Job title"),
            _("The referee confirms or corrects the candidate's title."),
            _("What was {candidate}'s job title at the end of that time?"),
        ),
    ]
