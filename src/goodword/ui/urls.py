from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import URLPattern, URLResolver, path, register_converter
from django.urls.converters import StringConverter
from django.views.decorators.http import require_safe

from goodword.ui import gallery
from goodword.ui.colour import accent_stylesheet

ONE_YEAR = 31_536_000


class HexColour(StringConverter):
    regex = "[0-9a-f]{6}"

    def to_url(self, value: str) -> str:
        return value.lower()


class LayoutName(StringConverter):
    regex = "|".join(gallery.LAYOUTS)


register_converter(HexColour, "hexcolour")
register_converter(LayoutName, "layoutname")


@require_safe
def accent(request: HttpRequest, colour: str) -> HttpResponse:  # noqa: ARG001  Django's signature
    """A colour's style sheet, which browsers may cache forever."""
    response = HttpResponse(accent_stylesheet(colour), content_type="text/css; charset=utf-8")
    response["Cache-Control"] = f"public, max-age={ONE_YEAR}, immutable"
    return response


app_name = "ui"
urlpatterns: list[URLPattern | URLResolver] = [path("accent/<hexcolour:colour>.css", accent, name="accent")]
if settings.DEBUG or getattr(settings, "GOODWORD_ENV", "") == "test":
    urlpatterns += [
        path("gallery/", gallery.gallery, name="gallery"),
        path("gallery/saved/", gallery.gallery_saved, name="gallery_saved"),
        path("gallery/mail/", gallery.gallery_mail, name="gallery_mail"),
        path("gallery/<layoutname:layout>/", gallery.gallery_layout, name="gallery_layout"),
    ]
