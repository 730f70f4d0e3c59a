from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.audit import write_by
from goodword.assessments.kinds.content import Criterion
from goodword.assessments.kinds.custom_questions import marking as acts
from goodword.assessments.kinds.custom_questions.marking import AnswerToMark, MarkedPart, parts_to_mark
from goodword.assessments.models import Attempt, Marking, Upload
from goodword.candidates.models import Application, visible_applications
from goodword.core import clock
from goodword.questionnaires.editor.forms import TextField, WholeNumberField
from goodword.workflow.models import DONE

LONGEST_COMMENT = 2000


@dataclass(frozen=True, slots=True)
class MarkingRow:
    criterion: Criterion
    field: forms.BoundField


class MarkingForm(forms.Form):
    use_required_attribute = False

    comment = TextField(
        label=gettext_lazy("Comment"),
        lines=3,
        max_length=LONGEST_COMMENT,
        required=False,
        help_text=gettext_lazy(
            "Why you gave these points. Shown with the results, and included in the file that the candidate can "
            "download."
        ),
    )

    def __init__(
        self, data: Any = None, *, criteria: Sequence[Criterion], mine: Marking | None = None
    ) -> None:
        super().__init__(data, initial={"comment": mine.comment if mine else ""})
        self._criteria = criteria
        for number, criterion in enumerate(criteria):
            self.fields[f"points_{number}"] = WholeNumberField(
                least=0,
                most=criterion.points,
                label=_("%(criterion)s (0 to %(points)s)")
                % {"criterion": criterion.text, "points": criterion.points},
                initial=mine.points.get(criterion.id) if mine else None,
            )

    def rows(self) -> Iterator[MarkingRow]:
        for number, criterion in enumerate(self._criteria):
            yield MarkingRow(criterion, self[f"points_{number}"])

    def points(self) -> dict[str, int]:
        return {
            criterion.id: self.cleaned_data[f"points_{number}"]
            for number, criterion in enumerate(self._criteria)
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    application: Application
    attempt: Attempt
    parts: tuple[MarkedPart, ...]

    @property
    def answers(self) -> list[AnswerToMark]:
        return [answer for part in self.parts for answer in part.answers]


@require_safe
@access.member(kinds=access.WORKS)
def marking(request: MemberRequest, pk: int, attempt_pk: int) -> HttpResponseBase:
    work = _work(request, pk, attempt_pk)
    _audit_view(request, work)
    return render(
        request,
        "assessments/marking/attempt.html",
        {
            "application": work.application,
            "candidate": work.application.candidate,
            "attempt": work.attempt,
            "parts": work.parts,
            "next": next(
                (answer_to_mark for answer_to_mark in work.answers if answer_to_mark.waits_for_me), None
            ),
        },
    )


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def answer(request: MemberRequest, pk: int, attempt_pk: int, order: int, item: str) -> HttpResponseBase:
    work = _work(request, pk, attempt_pk)
    here = next(
        (
            answer_to_mark
            for answer_to_mark in work.answers
            if (answer_to_mark.order, answer_to_mark.item) == (order, item)
        ),
        None,
    )
    if here is None:
        raise Http404("no such answer")
    posted = request.method == "POST"
    form = MarkingForm(
        request.POST if posted else None, criteria=here.criteria, mine=here.mine or here.replaces
    )
    if posted and form.is_valid():
        try:
            acts.mark_answer(
                attempt_id=work.attempt.pk,
                order=order,
                item_id=item,
                points=form.points(),
                comment=form.cleaned_data["comment"],
                by=request.member,
                now=clock.now(),
            )
        except acts.AlreadyMarked:
            form.add_error(None, _enough(here))
        except acts.Settled:
            form.add_error(
                None,
                _("The second rater has just marked this answer, so the marks can no longer be changed."),
            )
        else:
            return _onward(request, work, order, item)
    else:
        _audit_view(request, work)
    fresh = _work(request, pk, attempt_pk).answers if posted else work.answers
    return render(
        request,
        "assessments/marking/answer.html",
        {
            "application": work.application,
            "candidate": work.application.candidate,
            "attempt": work.attempt,
            "answer": next(
                answer_to_mark
                for answer_to_mark in fresh
                if (answer_to_mark.order, answer_to_mark.item) == (order, item)
            ),
            "form": form,
            "number": [(answer_to_mark.order, answer_to_mark.item) for answer_to_mark in work.answers].index(
                (order, item)
            )
            + 1,
            "total": len(work.answers),
            "open": here.may_mark or posted,
            "refused": "" if here.may_mark or posted else _enough(here),
        },
    )


def _enough(here: AnswerToMark) -> str:
    if here.mine is not None:
        return _("Both have marked this answer, so the marks can no longer be changed.")
    if here.two:
        return _("Two members have already marked this answer.")
    return _("This answer has already been marked.")


def _onward(request: MemberRequest, work: Work, order: int, item: str) -> HttpResponseBase:
    messages.success(request, _("Saved."))
    places = [(answer_to_mark.order, answer_to_mark.item) for answer_to_mark in work.answers]
    here = places.index((order, item))
    others = [*work.answers[here + 1 :], *work.answers[:here]]
    base = (request.organisation.slug, work.application.pk, work.attempt.pk)
    for other in others:
        if other.waits_for_me:
            return redirect("marking_answer", *base, other.order, other.item)
    return redirect("marking", *base)


def _work(request: MemberRequest, pk: int, attempt_pk: int) -> Work:
    application = access.get_or_404(visible_applications(request.member).filter(erased_at=None), pk)
    attempt = access.get_or_404(
        Attempt.objects.of(request.organisation)
        .filter(step_request__application=application)
        .select_related("organisation", "step_request__step"),
        attempt_pk,
    )
    parts = parts_to_mark(attempt, member=request.member)
    if not parts:
        raise Http404("nothing to mark")
    return Work(application=application, attempt=attempt, parts=parts)


def _audit_view(request: MemberRequest, work: Work) -> None:
    write_by(
        request.member,
        "answers.viewed",
        now=clock.now(),
        details={"application": work.application.pk, "attempt": work.attempt.pk},
    )


@require_safe
@access.member()
def download(request: MemberRequest, pk: int) -> HttpResponseBase:
    applications = visible_applications(request.member).filter(erased_at=None)
    upload = access.get_or_404(
        Upload.objects.of(request.organisation).filter(
            part__attempt__step_request__application__in=applications, part__attempt__progress__in=DONE
        ),
        pk,
    )
    write_by(
        request.member,
        "upload.downloaded",
        now=clock.now(),
        details={"upload": upload.pk, "part": upload.part_id},
    )
    response = HttpResponse(bytes(upload.content), content_type=upload.content_type)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=upload.name)
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = "private, no-store"
    return response
