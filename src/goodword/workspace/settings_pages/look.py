from typing import Any, Final

from django import forms
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.domain.organisation import change_accent, remove_logo, set_logo
from goodword.accounts.models import Organisation, logo_by_digest, logo_of
from goodword.accounts.navigation import settings_nav
from goodword.core import clock
from goodword.reports.pdf.logo import LARGEST, RefusedLogo, as_png, can_be_drawn
from goodword.ui.colour import light_accent, parse_hex, to_hex

_WHY_NOT: Final = {
    "type": _("Choose a PNG, JPEG or SVG file."),
    "size": _("This file is larger than 1 MB. Choose a smaller one."),
    "pixels": _("This picture has more than 16 million pixels. Choose a smaller one."),
    "script": _("This SVG contains a script or another document. Export it again without it, or use a PNG."),
    "text": _("This SVG contains text that needs a font. Convert the text to paths, or use a PNG."),
    "complex": _("This file is too complex. Simplify it, or use a PNG."),
    "damaged": _(
        "This file can't be read. It may be damaged, or refer to other files. Export it again, or use a PNG."
    ),
}
_ONE_YEAR: Final = 31_536_000


class LogoForm(forms.Form):
    use_required_attribute = False
    file = forms.FileField(
        label=_("File"),
        help_text=_(
            "PNG, JPEG or SVG, up to 1 MB. A wide logo on a transparent or white background works best."
        ),
        max_length=255,
        allow_empty_file=True,
        widget=forms.FileInput(attrs={"accept": ".png,.jpg,.jpeg,.svg,image/png,image/jpeg,image/svg+xml"}),
        error_messages={
            "required": _("Choose a file."),
            "max_length": _("The file's name is too long. Rename it first."),
        },
    )

    def clean_file(self) -> bytes:
        """Return the logo as PNG. The content decides the type, not the file name."""
        file: UploadedFile[Any] = self.cleaned_data["file"]
        try:
            if (file.size or 0) > LARGEST:
                raise RefusedLogo("size")
            return as_png(file.read())
        except RefusedLogo as refused:
            raise forms.ValidationError(_WHY_NOT[refused.reason]) from refused


class ColourForm(forms.Form):
    accent = forms.CharField(
        label=_("Accent colour"),
        help_text=_("Six hexadecimal digits, for example #0e6b57."),
        max_length=20,
        error_messages={
            "required": _("Enter a colour, for example #0e6b57."),
            "max_length": _("Enter six hexadecimal digits, for example #0e6b57."),
        },
        widget=forms.TextInput(attrs={"autocomplete": "off", "spellcheck": "false"}),
    )

    def clean_accent(self) -> str:
        try:
            return to_hex(parse_hex(self.cleaned_data["accent"]))
        except ValueError:
            message = gettext("Enter six hexadecimal digits, for example #0e6b57.")
            raise forms.ValidationError(message) from None


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def look(request: MemberRequest) -> HttpResponseBase:
    """*Preview* shows a colour without saving it."""
    row = request.organisation
    if request.method != "POST":
        return _page(request, accent=row.accent)
    form = ColourForm(request.POST)
    if not form.is_valid():
        return _page(request, accent=row.accent, colour=form, status=422)
    accent = form.cleaned_data["accent"]
    if "show" in request.POST:
        return _page(request, accent=accent, colour=form)
    if change_accent(organisation=row, accent=accent, by=request.member, now=clock.now()):
        messages.success(request, gettext("Colour saved. Existing reports don't change."))
    return redirect("organisation_look", row.slug)


@require_POST
@access.member(kinds=access.ADMIN)
def logo_upload(request: MemberRequest) -> HttpResponseBase:
    row = request.organisation
    form = LogoForm(request.POST, request.FILES)
    if not form.is_valid():
        return _page(request, accent=row.accent, logo_form=form, status=422)
    if set_logo(organisation=row, png=form.cleaned_data["file"], by=request.member, now=clock.now()):
        messages.success(request, gettext("Logo saved. Existing reports don't change."))
    return redirect("organisation_look", row.slug)


@require_POST
@access.member(kinds=access.ADMIN)
def logo_remove(request: MemberRequest) -> HttpResponseBase:
    if remove_logo(organisation=request.organisation, by=request.member, now=clock.now()):
        messages.success(request, gettext("Logo removed. Your organisation's name is shown instead."))
    return redirect("organisation_look", request.organisation.slug)


@require_safe
def logo(request: HttpRequest, digest: str) -> HttpResponse:  # noqa: ARG001  Django's signature
    """A PNG that we have rendered. It can be cached forever, since a new logo gets a new URL."""
    content = logo_by_digest(digest)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="image/png")
    response["Content-Security-Policy"] = "sandbox; default-src 'none'"
    response["Cache-Control"] = f"public, max-age={_ONE_YEAR}, immutable"
    return response


def has_logo_problem(organisation: Organisation) -> bool:
    """Whether reports lack the logo because it can't be drawn."""
    content = logo_of(organisation) if organisation.logo_digest else None
    return content is not None and not can_be_drawn(content)


def _page(
    request: MemberRequest,
    *,
    accent: str,
    colour: ColourForm | None = None,
    logo_form: LogoForm | None = None,
    status: int = 200,
) -> HttpResponseBase:
    try:
        shown = light_accent(accent).main
    except ValueError:
        shown = ""
    context = {
        "settings_nav": settings_nav(request),
        "logo_form": logo_form or LogoForm(),
        "colour_form": colour or ColourForm(initial={"accent": accent}),
        "accent": accent,
        "darkened": shown if shown.lower() != accent.lower() else "",
        "logo_problem": has_logo_problem(request.organisation),
        "unsaved": accent != request.organisation.accent,
    }
    return render(request, "workspace/settings_pages/look.html", context, status=status)
