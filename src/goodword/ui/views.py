"""The two addresses of this app: an organisation's colour as a style sheet, and the gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_POST, require_safe

from goodword.ui.colour import accent_stylesheet
from goodword.ui.gallery import LAYOUTS, SETTINGS_NAV, SampleForm, gallery_context

ONE_YEAR = 31_536_000


@require_safe
def accent(request: HttpRequest, colour: str) -> HttpResponse:  # noqa: ARG001  Django's signature
    """The style sheet of one colour (six hexadecimal digits); it never changes, so browsers may keep it."""
    response = HttpResponse(accent_stylesheet(colour), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    return response


def gallery(request: HttpRequest) -> HttpResponse:
    """Every component on one page; a POST shows them with errors. Mounted only where nobody is served."""
    form = SampleForm(request.POST) if request.method == "POST" else SampleForm()
    if form.is_bound:
        form.is_valid()
    return render(request, "ui/gallery/components.html", gallery_context(form))


@require_GET
def gallery_layout(request: HttpRequest, layout: str) -> HttpResponse:
    """One layout as a page of its own."""
    context = gallery_context(SampleForm())
    if layout == "settings":
        context["settings_nav"] = SETTINGS_NAV
    return render(request, LAYOUTS[layout], context)


@require_POST
def gallery_saved(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    """What a page that saves as it goes answers; it keeps nothing."""
    return HttpResponse(status=204)


@require_GET
@csp_override({})
def gallery_mail(request: HttpRequest) -> HttpResponse:
    """The layout of mails, whose styles stand inside: no policy for this one page."""
    return render(request, "ui/gallery/mail.html", gallery_context(SampleForm()))
