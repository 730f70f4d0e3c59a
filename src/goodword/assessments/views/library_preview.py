"""Library: preview the screens of a test on a phone, one by one. No answer is saved."""

from urllib.parse import urlencode

from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils import translation
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.assessments.attempts.preview import PreviewScreens, preview_screens
from goodword.assessments.views.library import SelectedVersion, seed_of, selected_version


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
        count = len(walk.screens)
        at = min(_number(request.GET.get("at", "1")), count + 1)

        def address(number: int) -> str:
            return f"{here}?{found.here}&{urlencode({'seed': seed, 'at': number})}"

        if at > count:
            phone = render_to_string(
                "assessments/library/phone_end.html", {"back": address(count)}, request=request
            )
            return _page(request, found, walk, phone, seed=seed, at=at, status=200)
        item = walk.screens[at - 1]
        posted = request.method == "POST"
        form = item.form(request.POST if posted else None, files=request.FILES if posted else None)
        valid = posted and form.is_valid()
        is_practice = at <= len(walk.practice)
        solution = item.solution(form.value) if valid and is_practice else None
        if valid and solution is None:
            return redirect(address(at + 1))
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
    return _page(request, found, walk, phone, seed=seed, at=at, status=422 if posted and not valid else 200)


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
    screens = [
        {
            "at": number,
            "text": item.text,
            "query": f"{kept}&at={number}",
            "is_practice": number <= len(walk.practice),
            "number": number if number <= len(walk.practice) else number - len(walk.practice),
            "is_here": number == at,
        }
        for number, item in enumerate(walk.screens, start=1)
    ]
    return render(
        request,
        "assessments/library/preview.html",
        {
            "test": found.test,
            "chosen": found,
            "version": found.version,
            "phone": phone,
            "screens": screens,
            "part": walk.part,
            "seed": seed,
        },
        status=status,
    )


def _number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 5 and int(given) > 0 else 1
