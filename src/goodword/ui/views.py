"""Style sheets of accent colours, and the gallery of components."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.csp import csp_override
from django.views.decorators.http import require_GET, require_POST, require_safe

from goodword.ui.colour import accent_stylesheet
from goodword.ui.gallery import LAYOUTS, SETTINGS_NAV, SampleForm, gallery_context

ONE_YEAR = 31_536_000


@require_safe
def accent(request: HttpRequest, colour: str) -> HttpResponse:  # noqa: ARG001  Django's signature
    """The style sheet of a colour, cacheable forever."""
    response = HttpResponse(accent_stylesheet(colour), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    return response


def gallery(request: HttpRequest) -> HttpResponse:
    """All components on one page; a POST shows them with errors. Not mounted in production."""
    form = SampleForm(request.POST) if request.method == "POST" else SampleForm()
    if form.is_bound:
        form.is_valid()
    return render(request, "ui/gallery/components.html", gallery_context(form))


@require_GET
def gallery_layout(request: HttpRequest, layout: str) -> HttpResponse:
    """A layout as a page."""
    context = gallery_context(SampleForm())
    if layout == "settings":
        context["settings_nav"] = SETTINGS_NAV
    return render(request, LAYOUTS[layout], context)


@require_POST
def gallery_saved(request: HttpRequest) -> HttpResponse:  # noqa: ARG001  Django's signature
    """Response of a page that saves automatically."""
    return HttpResponse(status=204)


@require_GET
@csp_override({})
def gallery_mail(request: HttpRequest) -> HttpResponse:
    """The layout of mails. Without a content security policy, because mails have inline styles."""
    return render(request, "ui/gallery/mail.html", gallery_context(SampleForm()))
