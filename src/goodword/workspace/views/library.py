"""Library > Tests: what assessments are made of, with their technical sheets. Questionnaires have their own pages."""

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments import library as instruments
from goodword.assessments.library.sheet import technical_sheet


@require_safe
@access.member(kinds=access.WORKS)
def library(request: MemberRequest) -> HttpResponse:
    """The built-in instrument, in the form that is used."""
    instrument = instruments.load()
    return render(
        request,
        "workspace/library.html",
        {
            "instrument": instrument,
            "sheet": technical_sheet(instrument, instruments.WORK_STYLE_FORM),
            "items": instrument.items_of(instruments.WORK_STYLE_FORM),
        },
    )
