"""Page 1 of a reference check: all ratings in one chart, and each referee's other answers."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Final

from goodword.core.report_blocks import (
    AuthorMark,
    Block,
    Cell,
    Notice,
    Prose,
    Quote,
    Quotes,
    RatingChart,
    RatingRow,
    Section,
    Table,
)
from goodword.core.text import Phrases, clipped, isolate
from goodword.references.comments import first_sentence, quote_order
from goodword.references.report_data import (
    CheckData,
    ChoiceQuestion,
    CommentData,
    GroupValues,
    QuestionData,
    RatingQuestion,
    ReferenceData,
    StatementQuestion,
    VerificationData,
)

type Charted = RatingQuestion | StatementQuestion | ChoiceQuestion

#: maximum number of ratings to show above the referees; a longer chart follows them
MOST_ABOVE: Final = 14
#: the built-in question, for snapshots before schema 5
_WORK_AGAIN: Final = "work_again"
SHAPES: Final = 7


def front_sections(check: CheckData, words: Phrases) -> list[Section]:
    ratings, referees = ratings_section(check, words), _referees(check, words)
    parts = [ratings, referees] if len(_rated(check)) <= MOST_ABOVE else [referees, ratings]
    notice: list[str] = [words("no_verdict")]
    if identifiable := _identifiable(check):
        each = identifiable == set(_relationships(check))
        notice.append(words("identifiable_all" if each else "identifiable_note"))
    found = [_summary(check, words), *parts, Section("", [Notice([" ".join(notice)])])]
    return [section for section in found if section is not None]


def overview_sections(check: CheckData, words: Phrases) -> list[Section]:
    """A short version for screens, above all answers."""
    people, quotes = people_of(check, words), quotes_of(check)
    entries = [
        Quote(
            text=words("text_removed") if (text := quotes[reference["id"]]) is None else text,
            by=f"{people[reference['id']]}, {reference['referee']['relationship']}",
            language=None,
        )
        for reference in check["references"]
        if reference["id"] in quotes
    ]
    quoted = Section(words("quote_of_each"), [Quotes(entries)]) if entries else None
    return [section for section in (ratings_section(check, words), quoted) if section is not None]


def _summary(check: CheckData, words: Phrases) -> Section:
    facts = check
    if check.get("sent") == check["received"]:  # the number sent is only given if it differs
        facts = {**check, "sent": 0}
    sentences = received_sentences(facts, words)
    counts = work_again_counts(check)
    if any(counts.values()):
        counted = [words("of_each", text=label, n=n) for label, n in counts.items() if n]
        sentences.append(words("again_counts", counts=words.in_series(counted)))
    sentences += _facts_sentences(check, words)
    return Section("", [Prose([" ".join(sentences)], large=True)])


def _facts_sentences(check: CheckData, words: Phrases) -> list[str]:
    known = {reference["id"]: reference for reference in check["references"]}
    facts = [(kind_of(fact, known[fact["reference"]]), fact) for fact in check["verification"]]
    facts = [(kind, fact) for kind, fact in facts if kind != "relationship_confirm"]
    by_verdict: dict[str, set[str]] = {}
    for _, fact in facts:
        by_verdict.setdefault(verdict_of(fact), set()).add(fact["reference"])
    if set(by_verdict) == {"confirmed"} and len({kind for kind, _ in facts}) == 2:
        return [words("facts_agree")]
    return [
        words.count(key, len(by_verdict[verdict]))
        for key, verdict in (("facts_differ", "corrected"), ("facts_unsure", "unsure"))
        if verdict in by_verdict
    ]


def received_sentences(check: CheckData, words: Phrases) -> list[str]:
    """Say how many references were requested, received, declined and erased."""
    factual = sum(1 for reference in check["references"] if reference["factual"])
    late = sum(
        1 for reference in check["references"] if reference.get("late") and not reference["self_reference"]
    )
    only_one = check["received"] == check["asked"] == 1
    sentences = [
        words("received_only") if only_one else words.count("received", check["received"], m=check["asked"])
    ]
    for key, n in (
        ("sent", check.get("sent", 0)),
        ("declined", check.get("declined", 0)),
        ("factual", factual),
        ("late", late),
        ("erased", check.get("erased", 0)),
    ):
        if n:
            sentences.append(words.count(key, n))
    return sentences


def kind_of(fact: VerificationData, reference: ReferenceData) -> str:
    """The type of the question, inferred for snapshots before schema 7."""
    if known := fact.get("kind"):
        return known
    if fact["stated"] is not None and fact["stated"] == reference["period_text"]:
        return "dates_confirm"
    relationship = reference["referee"]["relationship"]
    return "relationship_confirm" if relationship in {fact["stated"], fact["confirmed"]} else "title_confirm"


def verdict_of(fact: VerificationData) -> str:
    """Return "added" if the candidate had stated nothing. Snapshots of schema 1 have no verdict."""
    if known := fact.get("verdict"):
        added = known == "corrected" and fact["stated"] is None and fact["confirmed"] is not None
        return "added" if added else known
    if fact["stated"] is None or fact["confirmed"] is None:
        return "unsure"
    return "confirmed" if fact["stated"] == fact["confirmed"] else "corrected"


def work_again_questions(check: CheckData) -> list[ChoiceQuestion]:
    """The questions that ask whether referees would work with the candidate again: several if the wording depends on
    the relationship. Page 1 has each referee's answer to the first that they answered."""
    return [
        question
        for question in check["questions"]
        if question["type"] == "choice" and _asks_work_again(question)
    ]


def _asks_work_again(question: QuestionData) -> bool:
    return question["type"] == "choice" and question.get("work_again", question["id"] == _WORK_AGAIN)


def work_again_counts(check: CheckData) -> dict[str, int]:
    """How many referees gave each answer, by its label. Empty if they weren't asked."""
    questions = work_again_questions(check)
    found = {option["label"]: 0 for question in questions for option in question["options"]}
    for label in _answers_of_referees(questions).values():
        found[label] = found.get(label, 0) + 1
    for question in questions:
        if not says_who(question):  # a snapshot before schema 5
            labels = _labels(question)
            for group in question["by_relationship"]:
                for value in [] if group["self_reference"] else group["values"]:
                    found[labels[value]] += 1
    return found


def _answers_of_referees(questions: Sequence[ChoiceQuestion]) -> dict[str, str]:
    """The label of each referee's first answer, by the id of their reference."""
    found: dict[str, str] = {}
    for question in questions:
        for who, label in _answers(question).items():
            found.setdefault(who, label)
    return found


def _answers(question: ChoiceQuestion) -> dict[str, str]:
    labels = _labels(question)
    return {
        answer["reference"]: ", ".join(labels[value] for value in answer["values"])
        for group in question["by_relationship"]
        if not group["self_reference"]
        for answer in group.get("answers", [])
        if answer["values"]
    }


def _labels(question: ChoiceQuestion) -> dict[int, str]:
    return {option["value"]: option["label"] for option in question["options"]}


def on_front(question: ChoiceQuestion, check: CheckData) -> bool:
    """Whether page 1 has all answers to this question."""
    again = work_again_questions(check)
    if question not in again or not any(map(says_who, again)):
        return False
    earlier = _answers_of_referees(again[: again.index(question)])
    return earlier.keys().isdisjoint(_answers(question))


@dataclass(frozen=True)
class Marks:
    of_relationship: Mapping[str, AuthorMark]
    own: AuthorMark

    def of(self, group: GroupValues) -> AuthorMark:
        return self.own if group["self_reference"] else self.of_relationship[group["relationship"]]


def marks_of(check: CheckData, words: Phrases) -> Marks:
    known = words("relationships").split("|")
    names = list(dict.fromkeys([*known, *_relationships(check)]))
    present = set(_relationships(check))
    free = [place for place in range(SHAPES) if place >= len(known) or known[place] not in present]
    marks: dict[str, AuthorMark] = {}
    for place, name in enumerate(names):  # names in older snapshots get an unused shape
        shape = place if place < len(known) else free[(place - len(known)) % len(free)] if free else 0
        marks[name] = AuthorMark(letters=_letters(name, names), shape=shape)
    return Marks(marks, AuthorMark(letters="", shape=0, own=True))


def _letters(name: str, names: Sequence[str]) -> str:
    """The first letter, or two if another name begins with the same one."""
    shared = any(other != name and other[:1].casefold() == name[:1].casefold() for other in names)
    return name[: 2 if shared else 1].strip()


def groups_of(check: CheckData) -> list[GroupValues]:
    return [
        group
        for question in check["questions"]
        if question["type"] != "long_text" and question["type"] != "line"
        for group in question["by_relationship"]
    ]


def is_identifiable(group: GroupValues) -> bool:
    return group["identifiable"] and not group["self_reference"]


def _rated(check: CheckData) -> list[RatingQuestion]:
    return [question for question in check["questions"] if question["type"] == "rating"]


def ratings_section(check: CheckData, words: Phrases) -> Section | None:
    marks = marks_of(check, words)
    rated = _rated(check)
    asked = Counter(question.get("competency") for question in rated)
    by_scale: dict[tuple[tuple[int, str], ...], list[RatingRow]] = {}
    for question in rated:
        scale = tuple((level["value"], level["label"]) for level in question["levels"])
        several = asked[question.get("competency")] > 1
        by_scale.setdefault(scale, []).append(rating_row(question, marks, words, with_text=several))
    if not any(question["by_relationship"] for question in rated):
        return None
    legend = legend_of(check, marks, words)
    charts: list[Block] = [
        RatingChart(
            [words("competency"), words("range")],
            (min(value for value, _ in scale), max(value for value, _ in scale)),
            rows,
            caption=words("ratings"),
            levels=[label for _, label in sorted(scale)],
            legend=legend if place == 0 else (),
        )
        for place, (scale, rows) in enumerate(by_scale.items())
    ]
    return Section(words("ratings"), charts)


def rating_row(
    question: RatingQuestion, marks: Marks, words: Phrases, *, with_text: bool = False
) -> RatingRow:
    """`with_text`: show the question after the competency."""
    given = [(value, group) for group in question["by_relationship"] for value in sorted(group["values"])]
    notes = [skipped] if (skipped := skipped_text(question, words)) else []
    if question.get("note"):
        notes.insert(0, question["note"])
    label = question.get("competency") or question["text"]
    if with_text and label != question["text"]:
        notes.insert(0, question["text"])
        shown_label = words.labelled(label, question["text"])
    else:
        shown_label = label
    answers = ", ".join(f"{_relationship(group, words)} {value}" for value, group in given)
    return RatingRow(
        label=label,
        note=" ".join(notes),
        values=[value for value, _ in given],
        hollow=False,
        alt=words("ratings_alt", label=shown_label.rstrip("."), answers=answers or words("no_answers")),
        marks=[marks.of(group) for _, group in given],
    )


def skipped_text(question: Charted, words: Phrases) -> str:
    """How many referees couldn't say, and whether the candidate couldn't; empty if everybody could."""
    groups = question["by_relationship"]
    skipped = sum(group["skipped"] for group in groups if not group["self_reference"])
    notes = [words.count("skipped", skipped)] if skipped else []
    if any(group["skipped"] for group in groups if group["self_reference"]):
        notes.append(words.labelled(words("self"), words("cannot_say")))
    return " · ".join(notes)


def _relationship(group: GroupValues, words: Phrases) -> str:
    return words("self") if group["self_reference"] else group["relationship"]


def legend_of(check: CheckData, marks: Marks, words: Phrases) -> list[tuple[AuthorMark, str]]:
    names, identifiable = _relationships(check), _identifiable(check)
    marked = identifiable if identifiable != set(names) else set()
    legend = [
        (mark, words("only_one", relationship=name) if name in marked else name)
        for name, mark in marks.of_relationship.items()
        if name in names
    ]
    if any(reference["self_reference"] for reference in check["references"]):
        legend.append((marks.own, words("self_mark")))
    return legend


def _relationships(check: CheckData) -> list[str]:
    """The relationships of received references, and in older snapshots also those of answers."""
    found = [
        reference["referee"]["relationship"]
        for reference in check["references"]
        if not reference["self_reference"]
    ]
    return found + [group["relationship"] for group in groups_of(check) if not group["self_reference"]]


def _identifiable(check: CheckData) -> set[str]:
    """Relationships with only one referee whose answers haven't been erased."""
    people = Counter(
        reference["referee"]["relationship"]
        for reference in check["references"]
        if not reference["self_reference"] and not reference.get("erased")
    )
    return {name for name, n in people.items() if n == 1}


def people_of(check: CheckData, words: Phrases) -> dict[str, str]:
    return {
        reference["id"]: isolate(clipped(reference["referee"]["name"] or words("referee_n", n=number)))
        for number, reference in enumerate(check["references"], start=1)
    }


def _referees(check: CheckData, words: Phrases) -> Section | None:
    answered = [reference for reference in check["references"] if not reference["self_reference"]]
    if not answered:
        return None
    people, marks, quotes = people_of(check, words), marks_of(check, words), quotes_of(check)
    again = work_again_questions(check)
    facts = {
        who: list(found) for who, found in groupby(check["verification"], key=lambda fact: fact["reference"])
    }
    columns: list[tuple[str, float, list[str | Cell]]] = [
        (words("referee"), 4.3, [_who(reference, people, marks, words) for reference in answered])
    ]
    if any(map(says_who, again)):
        columns.append(
            (
                words("again"),
                2.1,
                [_again(reference, again, words) for reference in answered],
            )
        )
    if quotes:
        columns.append(
            (words("quote_of_each"), 4.3, [_quote(reference["id"], quotes, words) for reference in answered])
        )
    columns.append(
        (
            words("dates_and_title"),
            3.3,
            [_facts(reference, facts.get(reference["id"], []), words) for reference in answered],
        )
    )
    return Section(
        words("referees"),
        [
            Table(
                [header for header, _, _ in columns],
                list(zip(*(cells for _, _, cells in columns), strict=True)),
                widths=[width for _, width, _ in columns],
                caption=words("referees"),
            )
        ],
    )


def _who(reference: ReferenceData, people: Mapping[str, str], marks: Marks, words: Phrases) -> Cell:
    referee = reference["referee"]
    company = referee["company"]
    first = ", ".join([referee["relationship"], *([isolate(clipped(company, 80))] if company else [])])
    notes = [first, words("answered_at", when=reference["submitted_at_text"])]
    if reference["factual"]:
        notes.append(words("factual_mark"))
    if reference.get("late"):
        notes.append(words("late_mark"))
    if language := reference.get("language"):
        notes.append(words("language_mark", language=language))
    if reference.get("erased"):
        notes = [referee["relationship"], words("erased_mark")]
    mark = marks.of_relationship[referee["relationship"]]
    return Cell(people[reference["id"]], note="\n".join(notes), mark=mark)


def _again(reference: ReferenceData, questions: Sequence[ChoiceQuestion], words: Phrases) -> str:
    who = reference["id"]
    if given := _answers_of_referees(questions).get(who):
        return given
    if reference["factual"] or reference.get("erased"):
        return "–"
    not_asked = all(who in question.get("not_asked", ()) for question in questions)
    return words("not_asked_mark" if not_asked else "unanswered_mark")


def says_who(question: ChoiceQuestion) -> bool:
    return any("answers" in group for group in question["by_relationship"])


def quotes_of(check: CheckData) -> dict[str, str | None]:
    """The sentence that each referee chose, else the first of their comments."""
    order = sorted(
        check["questions"],
        key=lambda question: quote_order(
            work_again=_asks_work_again(question), long_text=question["type"] == "long_text"
        ),
    )
    chosen = {reference["id"]: reference.get("quote") for reference in check["references"]}
    own = {reference["id"] for reference in check["references"] if reference["self_reference"]}
    found: dict[str, CommentData] = {}
    for question in order:
        for comment in question["comments"]:
            if comment["reference"] not in own:
                found.setdefault(comment["reference"], comment)
    return {
        reference: None if (text := comment["text"]) is None else chosen[reference] or first_sentence(text)
        for reference, comment in found.items()
    }


def _quote(reference: str, quotes: Mapping[str, str | None], words: Phrases) -> str:
    if reference not in quotes:
        return "–"
    text = quotes[reference]
    return words("text_removed") if text is None else words("quoted", text=isolate(text))


def _facts(reference: ReferenceData, facts: Sequence[VerificationData], words: Phrases) -> Cell:
    by_verdict: dict[str, list[VerificationData]] = {}
    for fact in facts:
        by_verdict.setdefault(verdict_of(fact), []).append(fact)
    confirmed = by_verdict.get("confirmed", [])
    kinds = [kind_of(fact, reference) for fact in confirmed]
    notes = [
        isolate(clipped(fact["stated"]))
        for fact, kind in zip(confirmed, kinds, strict=True)
        if kind == "title_confirm" and fact["stated"] is not None
    ]
    if len(confirmed) == len(facts) and "dates_confirm" in kinds:
        notes.append(words("is_confirmed"))
    elif confirmed:
        stated = [fact for fact, kind in zip(confirmed, kinds, strict=True) if kind != "relationship_confirm"]
        notes.append(words("confirmed_of", what=_named(stated or confirmed)))
    if unsure := by_verdict.get("unsure"):
        notes.append(words("unsure_of", what=_named(unsure)))
    notes += [
        words("added_of", what=clipped(fact["what"]), confirmed=isolate(clipped(fact["confirmed"] or "")))
        for fact in by_verdict.get("added", [])
    ]
    warnings = [
        words(
            "differs_now" if fact["stated"] == reference["period_text"] else "differs_from",
            what=clipped(fact["what"]),
            confirmed=isolate(clipped(fact["confirmed"] or words("not_given"))),
            stated=isolate(clipped(fact["stated"] or words("not_given"))),
        )
        for fact in by_verdict.get("corrected", [])
    ]
    return Cell(
        reference["period_text"] or "–", note="\n".join(notes) or None, warning=" ".join(warnings) or None
    )


def _named(facts: Sequence[VerificationData]) -> str:
    return ", ".join(clipped(fact["what"]) for fact in facts)
