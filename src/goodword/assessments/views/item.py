"""One item a screen: shown with its answer, saved at once."""

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from goodword.assessments.domain.answer import answer
from goodword.assessments.forms import AnswerForm
from goodword.assessments.given import instrument_of, items_of
from goodword.assessments.queries import answers_of
from goodword.assessments.views.door import Sitting, door, kept_private, show
from goodword.core import clock

#: what a link from the last page carries, so that an answer given there leads back
FROM_LAST = "last"


@door
def item(request: HttpRequest, sitting: Sitting, number: int) -> HttpResponse:
    """Show item `number`, counted from 1; save what is sent, and go on. htmx, which saves at once, stays."""
    attempt, items = sitting.attempt, items_of(sitting.attempt)
    if not 1 <= number <= len(items):
        raise Http404
    this, instrument = items[number - 1], instrument_of(attempt)
    sent = request.POST if request.method == "POST" else None
    form = AnswerForm(sent, instrument=instrument, text=this.text)
    to_last = request.GET.get("from") == FROM_LAST
    if form.is_valid():
        answer(attempt_id=attempt.pk, item_id=this.id, value=form.cleaned_data["answer"], now=clock.now())
        if request.headers.get("HX-Request"):
            counts = {"answered": len(answers_of(attempt)), "total": len(items)}
            return show(request, sitting, "assessments/portal/saved.html", **counts)
        return kept_private(redirect(_after(sitting, number, to_last=to_last)))
    answers = answers_of(attempt)
    saved = answers.get(this.id)
    if not form.is_bound:
        form.initial = {"answer": saved}
    return show(
        request,
        sitting,
        "assessments/portal/item.html",
        status=422 if form.is_bound else 200,
        form=form,
        instrument=instrument,
        number=number,
        total=len(items),
        answered=len(answers),
        saved=saved is not None and not form.is_bound,
        back=sitting.url("portal_assessment_item", number - 1) if number > 1 else sitting.first_page,
        onward=_after(sitting, number, to_last=to_last),
    )


def _after(sitting: Sitting, number: int, *, to_last: bool) -> str:
    if to_last or number == len(items_of(sitting.attempt)):
        return sitting.url("portal_assessment_finish")
    return sitting.url("portal_assessment_item", number + 1)
