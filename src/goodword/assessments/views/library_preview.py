"""Library: preview the screens of a test on a phone, one by one. No answer is saved."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.utils.safestring import SafeString
from django.utils.text import Truncator
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.attempts.preview import PreviewScreens, preview_screens
from goodword.assessments.views.library import SelectedVersion, seed_of, selected_version
from goodword.drafts.pages import Crumb, PhonePreview, PreviewScreen, screen_number

STYLES = (
    "questionnaires/editor.css",
    "questionnaires/questions.css",
    "assessments/item.css",
    "assessments/matrix.css",
    "assessments/task.css",
    "assessments/library.css",
)


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.WORKS)
def preview(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Screen `?at=`, from 1, practice items first. An answer only leads to the next screen."""
    found = selected_version(request, pk)
    if found is None:
        raise Http404("nothing is published")
    seed = seed_of(request)
    here = reverse("test_preview", args=[request.organisation.slug, pk])
    with translation.override(found.language):
        walk = preview_screens(found.version, form=found.form, language=found.language, seed=seed)
        count, status = len(walk.screens), 200
        at = min(screen_number(request.GET.get("at", "1")), count + 1)

        def address(number: int) -> str:
            return f"{here}?{found.here}&{urlencode({'seed': seed, 'at': number})}"

        if at > count:
            phone = render_to_string(
                "assessments/library/phone_end.html", {"back": address(count)}, request=request
            )
        else:
            phone, status = _screen_on_phone(request, walk, at, address)
            if not phone:
                return redirect(address(at + 1))
    return _page(request, found, walk, phone, seed=seed, at=at, status=status)


def _screen_on_phone(
    request: MemberRequest, walk: PreviewScreens, at: int, address: Callable[[int], str]
) -> tuple[SafeString, int]:
    """The page of a screen, and its status. Empty after a valid answer, unless its solution is shown."""
    item = walk.screens[at - 1]
    posted = request.method == "POST"
    form = item.form(request.POST if posted else None, files=request.FILES if posted else None)
    valid = posted and form.is_valid()
    is_practice = at <= len(walk.practice)
    solution = item.solution(form.value) if valid and is_practice else None
    if valid and solution is None:
        return SafeString(), 302
    phone = render_to_string(
        "assessments/library/phone.html",
        {
            "form": form,
            "errors": form.problems if posted and not valid else [],
            "part": walk.part,
            "is_practice": is_practice,
            "solution": solution,
            "number": at if is_practice else at - len(walk.practice),
            "total": len(walk.practice) if is_practice else len(walk.items),
            "here": address(at),
            "back": address(at - 1) if at > 1 else "",
            "onward": address(at + 1),
        },
        request=request,
    )
    return phone, 422 if posted and not valid else 200


def _page(
    request: MemberRequest,
    found: SelectedVersion,
    walk: PreviewScreens,
    phone: str,
    *,
    seed: int,
    at: int,
    status: int,
) -> HttpResponseBase:
    kept = f"{found.here}&{urlencode({'seed': seed})}"
    here = [request.organisation.slug, found.test.pk]
    return PhonePreview(
        title=found.test.title,
        parents=[
            Crumb(name=_("Library"), url=reverse("library", args=here[:1])),
            Crumb(name=found.test.title, url=f"{reverse('test', args=here)}?{found.here}"),
        ],
        styles=STYLES,
        language=found.language,
        languages=[(code, name) for code, name, _query in found.languages],
        phone=phone,
        phone_class="portal--item",
        list_name=_("All screens"),
        screens=[
            _screen(walk, number, query=f"{kept}&at={number}", is_here=number == at, language=found.language)
            for number in range(1, len(walk.screens) + 1)
        ],
    ).render(
        request,
        "assessments/library/preview.html",
        {"test": found.test, "chosen": found, "version": found.version, "part": walk.part},
        status=status,
    )


def _screen(walk: PreviewScreens, number: int, *, query: str, is_here: bool, language: str) -> PreviewScreen:
    practice, text = len(walk.practice), walk.screens[number - 1].text
    if number <= practice:
        text, language = _("Example %(n)s") % {"n": number}, ""
    elif text:
        text = Truncator(text).words(20)
    else:
        text, language = _("Task %(n)s") % {"n": number - practice}, ""
    place = number - practice if number > practice else ""
    return PreviewScreen(place=place, text=text, query=query, is_here=is_here, language=language)
