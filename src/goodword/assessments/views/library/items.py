"""All items of a test with their keys; of generated ones a sample, drawn afresh."""

import secrets
from collections.abc import Iterator

from django.http import Http404, HttpResponseBase
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.kinds.custom.content import QuestionSet
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.reasoning.content import ReasoningTest
from goodword.assessments.kinds.reasoning.families import generate
from goodword.assessments.kinds.reasoning.names import family_name, load_of
from goodword.assessments.kinds.reasoning.words import rule_in_words, show
from goodword.assessments.kinds.scales.content import Instrument
from goodword.assessments.views.library.doors import Chosen, chosen
from goodword.questionnaires.editor.kinds import kinds

#: seeds are below; 0 is that of practice items
SEEDS = 2**31


@require_safe
@access.member(kinds=access.WORKS)
def items(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Everything that a version asks. `?seed=` draws the same samples of generated items again."""
    found = chosen(request, pk)
    if found is None:
        raise Http404("nothing is published")
    return render(
        request,
        "assessments/library/items.html",
        {"test": found.test, "chosen": found, "version": found.version, **_listed(request, found)},
    )


def seed_of(request: MemberRequest) -> int:
    """The seed that the address asks for, else a fresh one."""
    asked = request.GET.get("seed", "")
    if asked.isascii() and asked.isdigit() and len(asked) < 11 and 0 < int(asked) < SEEDS:
        return int(asked)
    return 1 + secrets.randbelow(SEEDS - 1)


def _listed(request: MemberRequest, found: Chosen) -> dict[str, object]:
    content = found.content
    match content:
        case Instrument():
            names = {scale.id: scale.name for scale in content.scales}
            return {"statements": [(one, names[one.scale]) for one in content.items_of(found.form)]}
        case JudgementSet():
            return {"scenarios": content.scenarios}
        case QuestionSet():
            return {"questions": list(_questions(content))}
    seed = seed_of(request)
    return {"seed": seed, "samples": list(_samples(content, found, seed))}


def _questions(content: QuestionSet) -> Iterator[dict[str, object]]:
    names = {kind: one.title for kind, one in kinds().items()}
    for question in content.questions:
        right = content.right.get(question.id, ())
        yield {
            "question": question,
            "kind": names.get(question.type, question.type.capitalize()),
            "choices": [(choice.label, choice.value in right) for choice in getattr(question, "choices", ())],
            "rubric": content.rubrics.get(question.id, ()),
        }


def _samples(forms: ReasoningTest, found: Chosen, seed: int) -> Iterator[dict[str, object]]:
    for place, entry in enumerate(forms.blueprint(found.form).entries):
        item = generate(entry.family, seed=(seed + place) % SEEDS, level=entry.level)
        shown = show(item, found.language)
        yield {
            "family": family_name(entry.family),
            "level": entry.level,
            "n": entry.n,
            "load": load_of(entry.family, entry.level),
            "shown": shown,
            "options": [(option, option.id == item.key) for option in shown.options],
            "rule": rule_in_words(item, found.language),
        }
