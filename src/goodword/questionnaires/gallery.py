from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_http_methods

from goodword.questionnaires.forms import QuestionForm
from goodword.questionnaires.questions import fill_placeholders, parse
from goodword.questionnaires.types import Stated

_WORDS = [
    "Careful",
    "Patient",
    "Direct",
    "Curious",
    "Quick",
    "Calm",
    "Warm",
    "Thorough",
    "Inventive",
    "Steady",
    "Humorous",
    "Determined",
    "Considerate",
    "Orderly",
    "Versatile",
    "Straightforward",
    "Observant",
    "Persuasive",
    "Independent",
    "Conscientious",
]
_LEVELS = (
    ("Far below what the job needed", "Met few of the agreed deadlines."),
    ("Below what the job needed", "Met about half of the agreed deadlines."),
    ("What the job needed", "Met most of the agreed deadlines."),
    ("Above what the job needed", "Met nearly all of the agreed deadlines."),
    ("Far above what the job needed", "Met every agreed deadline, even when conditions were difficult."),
)
_STATED: Final = Stated(
    relationship="manager",
    company="Northwind Bikes",
    title="Analyst",
    from_month="2021-03",
    to_month="2023-08",
)


def _choices(labels: Sequence[str]) -> list[Mapping[str, str]]:
    return [{"value": label.lower(), "label": label} for label in labels]


#: a question of each type, as JSON
SAMPLES: Final[Sequence[Mapping[str, Any]]] = (
    {
        "id": "relationship",
        "type": "relationship_confirm",
        "text": "What was your relationship to {candidate} when you worked together?",
    },
    {"id": "dates", "type": "dates_confirm", "text": "When did you work together?"},
    {
        "id": "title",
        "type": "title_confirm",
        "text": "What was {candidate}'s job title at the end of that time?",
    },
    {
        "id": "reliability",
        "type": "rating",
        "competency": "Reliability",
        "text": "How reliably did {candidate} deliver what was agreed?",
        "help": "Choose the line that comes closest to what you saw.",
        "levels": [
            {"value": value, "label": label, "example": example}
            for value, (label, example) in enumerate(_LEVELS, start=1)
        ],
        "comment": True,
    },
    {
        "id": "early",
        "type": "agreement",
        "competency": "Communication",
        "text": "{candidate} says early when something will be late.",
    },
    {
        "id": "listens",
        "type": "agreement",
        "competency": "Communication",
        "text": "{candidate} hears people out before answering, even on contentious matters.",
        "can_pass": False,
    },
    {
        "id": "words",
        "type": "adjectives",
        "text": "Which words describe {candidate} at work best?",
        "choices": _choices(_WORDS),
        "pick": 5,
    },
    {
        "id": "plans",
        "type": "between",
        "text": "Where would you place {candidate}'s way of working?",
        "help": "Neither is better; it depends on the work.",
        "left": "Plans everything before starting",
        "right": "Starts at once and works out the rest along the way",
    },
    {"id": "again", "type": "would_work_again", "text": "Would you work with {candidate} again?"},
    {"id": "led", "type": "yes_no_unsure", "text": "Did {candidate} lead a team?", "comment": False},
    {
        "id": "team",
        "type": "number",
        "text": "How many people did {candidate} lead at any one time?",
        "unit": "people",
        "least": 1,
        "most": 5000,
        "required": False,
    },
    {
        "id": "size",
        "type": "single_choice",
        "text": "How large was the company?",
        "choices": _choices(("Small", "Medium", "Large")),
    },
    {
        "id": "methods",
        "type": "multiple_choice",
        "text": "Which of these did {candidate} do regularly?",
        "choices": _choices(("Research", "Writing", "Teaching")),
        "most": 2,
    },
    {
        "id": "order",
        "type": "ranking",
        "text": "In what order would {candidate} do these on a busy day?",
        "choices": _choices(("Mail", "Repairs", "Customers", "Planning")),
    },
    {"id": "last_day", "type": "date", "text": "When was {candidate}'s last day in the team?"},
    {
        "id": "reported",
        "type": "period",
        "text": "In which months did {candidate} report to you?",
        "help": "As best you remember.",
    },
    {
        "id": "strengths",
        "type": "long_text",
        "text": "What does {candidate} do best?",
        "help": "Two or three sentences are plenty.",
    },
    {"id": "department", "type": "short_text", "text": "Which department was it?", "required": False},
)


@require_http_methods(["GET", "HEAD", "POST"])
def gallery(request: HttpRequest) -> HttpResponse:
    form = QuestionForm(
        fill_placeholders(parse(SAMPLES), candidate="Amara Okafor", company="Northwind Bikes"),
        data=request.POST if request.method == "POST" else None,
        stated=_STATED,
    )
    return render(
        request,
        "questionnaires/gallery.html",
        {"form": form, "organisation": {"name": "Northwind Bikes"}, "responsible": "Northwind Bikes"},
    )
