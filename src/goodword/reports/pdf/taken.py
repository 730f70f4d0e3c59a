"""The assessment's part of a snapshot: one type of test for each kind, told apart by `kind`.

Tests of scales of schema 1 and 2 have no `kind`.
"""

from typing import Annotated, Any, Literal, NotRequired, TypedDict

from pydantic import Discriminator, Tag


class Requirement(TypedDict):
    """The requirement of the job that a test serves: what, who said so, and when (as text)."""

    text: str
    who: str
    when: str


class Norm(TypedDict):
    """The norm group that a test's scales are held against; `text` says in one sentence who they are."""

    name: str
    version: str
    n: int
    text: str


class Band(TypedDict):
    """Where the norm group lies on one scale: `low` and `high` on the answer scale, `label` in plain words
    ("within the middle half of the group")."""

    low: float
    high: float
    label: str


class Figures(TypedDict):
    """What a standing was computed from: of `n` people with a score, `below` have a lower one than `score` and `equal`
    the same; `sd` is the group's, `error` the standard error of measurement, both on the score's own scale.

    The reliability is the `coefficient` "omega", "alpha", "halves" or "calibration" ("" where that is not known), from
    `reliability_n` people.
    """

    score: float
    n: int
    below: int
    equal: int
    sd: float
    error: float
    coefficient: str
    reliability_n: int
    made_at_text: str


class Standing(TypedDict):
    """Where a score stands in a norm group: the 90 % band on the score's own scale, and as percentiles. Of `n` first
    attempts in `language` (its name) on a class of `device` ("phone", "computer", or "" for unknown); `norms` is the
    number of the norms. `figures` are of schema 4."""

    low: float
    high: float
    percentile: int
    percentile_low: int
    percentile_high: int
    n: int
    language: str
    device: str
    norms: int
    reliability: float | None
    figures: NotRequired[Figures]


class Item(TypedDict):
    """One question and its answer. `keyed` is -1 for an item worded towards the low end, which is turned
    round for the mean. `answer` is the number that was chosen on the answer scale, before turning; `None`:
    none."""

    text: str
    keyed: Literal[1, -1]
    answer: int | None
    answer_label: str | None


class Scale(TypedDict):
    """One scale. `mean` is on the answer scale, after turning; `None` if too little was answered. Neither end
    is better: `low_text` and `high_text` say what each end is like. `standing` is of schema 3."""

    id: str
    name: str
    description: str
    low_text: str
    high_text: str
    mean: float | None
    n_answered: int
    n_items: int
    band: Band | None
    items: list[Item]
    standing: NotRequired[Standing | None]


class Sheet(TypedDict):
    """The technical sheet of a test in plain words."""

    reliability: str
    validity: str
    limits: str


class Asked(TypedDict):
    """What a test of every kind says of itself."""

    name: str
    construct: str
    version: str
    scoring_version: str
    items_n: int
    requirement: Requirement | None
    sheet: Sheet


class ScalesTest(Asked):
    """One test of scales. `response_labels` has one label for each step from `scale_min` to `scale_max`."""

    kind: NotRequired[Literal["scales"]]
    norm: Norm | None
    scale_min: int
    scale_max: int
    response_labels: list[str]
    scales: list[Scale]


class Category(TypedDict):
    """Tasks of one category, whose id is its name ("numerical"), or all of them: `solved` and `answered` are `None`
    once erased."""

    name: str
    solved: int | None
    given: int
    answered: int | None
    standing: Standing | None


class Cell(TypedDict):
    """A family of tasks at a level: its difficulty `b` with its standard error, in logits; how many of its tasks this
    person was `given`, and how many were `right`."""

    family: str
    level: int
    b: float
    se: float
    given: int
    right: int


class AbilityBehind(TypedDict):
    """The calibration that an ability was measured by: its number, the `n` people it comes from, the spread of their
    abilities and how reliable those are."""

    number: int
    n: int
    made_at_text: str
    sd: float
    reliability: float
    cells: list[Cell]


class Ability(TypedDict):
    """The ability in logits, with its standard error. `behind` is of schema 4."""

    value: float
    error: float
    behind: NotRequired[AbilityBehind]


class Drawing(TypedDict):
    """A figure: an SVG file in one colour, and what it shows in words."""

    svg: str
    alt: str


class TaskOption(TypedDict):
    """An option by its number: a text, or a drawing."""

    number: int
    text: str
    drawing: Drawing | None


class Task(TypedDict):
    """One task as it was given: statements, a series or drawings, then its options. `chosen` is the number of the one
    that was chosen (`None`: no answer), `right` of the right one; `rule` says why."""

    number: int
    category: str
    question: str
    lines: list[str]
    terms: list[str]
    drawings: list[Drawing]
    options: list[TaskOption]
    chosen: int | None
    right: int
    rule: str


class ReasoningTest(Asked):
    """Generated tasks. `tasks` are those of this person, and none once erased."""

    kind: Literal["reasoning"]
    whole: Category
    categories: list[Category]
    ability: Ability | None
    tasks: list[Task]


class Action(TypedDict):
    """One action: its rating in words (`None`: none), the key and the distance in steps, and why the key is so."""

    text: str
    answer: int | None
    answer_label: str | None
    key: float
    distance: float | None
    reason: str


class Situation(TypedDict):
    text: str
    actions: list[Action]


class JudgementTest(Asked):
    """Situational judgement. `distance`: the mean from the key; `smallest` and `largest`: its possible extremes."""

    kind: Literal["judgement"]
    scale_min: int
    response_labels: list[str]
    distance: float | None
    #: missing in older snapshots
    smallest: NotRequired[float]
    largest: float
    n_answered: int
    key_basis: str
    standing: Standing | None
    situations: list[Situation]
    #: situations that a broken line took from the screen; snapshots of before have none
    voided: NotRequired[int]


class Criterion(TypedDict):
    """One thing that raters look at: 0 to `points`, and what each gave, in their order."""

    text: str
    points: int
    given: list[int | None]


class Remark(TypedDict):
    """What a rater wrote; `None` once erased."""

    who: str
    text: str | None


class OwnQuestion(TypedDict):
    """A question with its answer in words, or the name of its file (`None`: no answer, or erased). `right` is `None`
    where there is no right answer. `state`: "none" (nobody marks it), "not_yet", "half" (by one of two) or "done"."""

    text: str
    answer: str | None
    is_file: bool
    right: bool | None
    right_answer: str
    state: str
    raters: list[str]
    criteria: list[Criterion]
    remarks: list[Remark]


class QuestionsTest(Asked):
    """Own questions: `right` of `keyed` that have a right answer; `None` where none has, or once erased."""

    kind: Literal["questions"]
    right: int | None
    keyed: int
    questions: list[OwnQuestion]


def _kind(test: Any) -> str | None:
    """The kind of a test; those of the first two schemas are of scales."""
    return test.get("kind", "scales") if isinstance(test, dict) else None


type Test = Annotated[
    Annotated[ScalesTest, Tag("scales")]
    | Annotated[ReasoningTest, Tag("reasoning")]
    | Annotated[JudgementTest, Tag("judgement")]
    | Annotated[QuestionsTest, Tag("questions")],
    Discriminator(_kind),
]


class Portion(TypedDict):
    """What goes into a total: its name (of a category of tasks its id), how many were solved ("Reasoning: 7/10"), its
    share solved and its share of the total, in percent."""

    name: str
    counted: str
    share: float
    weight: float


class Total(TypedDict):
    """A total over right-or-wrong tests, in percent (`None`: there can be none, or erased). `reason` says why the
    weights are as they are."""

    value: float | None
    weighted: bool
    reason: str
    portions: list[Portion]


class Assessment(TypedDict):
    """`taken_at_text` is when it was finished; `language` is the name of the language it was taken in. `total` is
    there where the assessment has one."""

    title: str
    taken_at_text: str
    language: str
    tests: list[Test]
    total: NotRequired[Total]
