"""Members' pages of a draft: access, forms based on its revision, discarding, and the preview's layout."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import update_wrapper
from typing import Any, Concatenate

from django.contrib import messages
from django.forms import BaseForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.accounts.models import OrganisationOwned
from goodword.core import clock
from goodword.core.rows import RowDeleted
from goodword.drafts.models import LibraryEntry, Version
from goodword.drafts.versions import (
    LanguagesDraft,
    LibraryDrafts,
    NoDraft,
    NotEditable,
    StaleDraft,
    VersionedDrafts,
)

type DraftView[D, **P] = Callable[Concatenate[MemberRequest, D, P], HttpResponseBase]


@dataclass(frozen=True, slots=True, kw_only=True)
class Crumb:
    name: str
    url: str = ""


def pk_of(request: HttpRequest) -> int:
    match = request.resolver_match
    assert match is not None  # only called by views
    return int(match.kwargs["pk"])


def revision_of(request: HttpRequest) -> int:
    """The revision that the submitted form is based on, or -1, which no draft has."""
    given = request.POST.get("revision", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else -1


@dataclass(frozen=True, slots=True)
class TypedField:
    """A typed text, with the field's label if known. `is_text`: free text, which the member may want to copy."""

    label: str
    text: str
    is_text: bool


def typed_texts(request: MemberRequest) -> list[TypedField]:
    """Free texts of a submitted form. They have no labels, since the form can't be built without its draft."""
    texts = [str(text).strip() for name in request.POST for text in request.POST.getlist(name)]
    return [TypedField("", text, is_text=True) for text in texts if any(map(str.isspace, text))]


@dataclass(frozen=True, slots=True)
class Saved[T]:
    result: T


@dataclass(kw_only=True)
class DraftForm[F: BaseForm]:
    """A form that changes a draft. `current`: the draft's revision."""

    request: MemberRequest
    form: F
    current: int
    stale: bool = False

    def save[T](self, change: Callable[[int], T]) -> "Saved[T] | None":
        """Save the change. Returns None if the form is unbound or invalid, or the draft has changed since."""
        if not self.form.is_bound or not self.form.is_valid():
            return None
        try:
            return Saved(change(revision_of(self.request)))
        except StaleDraft:
            self.stale = True
            return None

    @property
    def revision(self) -> int:
        """A redisplayed form keeps its revision, so that saving it can't overwrite a newer one."""
        return revision_of(self.request) if self.form.is_bound and not self.stale else self.current


class DraftPages[O: OrganisationOwned, D: Version | LanguagesDraft[Any, Any]](ABC):
    drafts: VersionedDrafts[O, D]
    page: str
    editor: str
    styles: Sequence[str] = ()

    @abstractmethod
    def owner_of(self, request: MemberRequest, pk: int) -> O:
        """The draft's owner. Raises Http404 if the member isn't allowed to see it."""

    @abstractmethod
    def title(self, draft: D) -> str: ...

    @abstractmethod
    def number(self, draft: D) -> str | int: ...

    @abstractmethod
    def parents(self, request: MemberRequest, draft: D) -> Sequence[Crumb]:
        pass

    @abstractmethod
    def lost_by_discarding(self, draft: D) -> str: ...

    @abstractmethod
    def after_deletion(self) -> str:
        """URL name of the next page after discarding a draft has deleted its owner."""

    def lost_edits(self, request: MemberRequest, owner: O) -> HttpResponseBase | None:
        """Show what somebody typed for a draft that no longer exists, so that they can copy it. None if nothing was
        typed."""
        typed = typed_texts(request)
        if not typed:
            return None
        context = {"title": str(owner), "typed": typed, "page_url": self.url(request, self.page)}
        return render(request, "drafts/lost_edits.html", context, status=409)

    def part_removed(self, request: MemberRequest, draft: D, said: str) -> HttpResponseBase:
        """The answer to a change of a part that was removed from the draft meanwhile: `said` says so. Shows what was
        typed, so that it can be copied."""
        typed = typed_texts(request) if request.method == "POST" else []
        if not typed:
            messages.info(request, said)
            return self.to_editor(request)
        context = {
            "title": self.title(draft),
            "typed": typed,
            "page_url": self.url(request, self.editor),
            "page_name": _("View current draft"),
            "removed": said,
        }
        return render(request, "drafts/lost_edits.html", context, status=409)

    def lost_with_owner(self, request: MemberRequest) -> HttpResponseBase | None:
        """Like `lost_edits`, if discarding the draft may have deleted its owner."""
        del request
        return None

    def view[**P](self, view: DraftView[D, P]) -> Callable[..., HttpResponseBase]:
        """Call a view with the draft of `pk`. Without a draft, or after `StaleDraft`, redirect with a message."""

        def wrapped(
            request: MemberRequest, /, pk: int, *args: P.args, **kwargs: P.kwargs
        ) -> HttpResponseBase:
            try:
                owner = self.owner_of(request, pk)
            except Http404:
                if request.method == "POST" and (page := self.lost_with_owner(request)):
                    return page
                raise
            try:
                draft = self.drafts.find(owner)
                if draft is None:
                    raise NoDraft
                return view(request, draft, *args, **kwargs)
            except NoDraft:
                if request.method == "POST" and (page := self.lost_edits(request, owner)):
                    return page
                messages.info(request, _("The draft no longer exists. It was published or discarded."))
                return self.to_page(request)
            except StaleDraft:
                return self.stale(request)
            except RowDeleted:
                if request.method == "POST" and (page := self.lost_with_owner(request)):
                    return page
                raise

        update_wrapper(wrapped, view)
        return access.member(kinds=access.WORKS)(wrapped)

    def stale(self, request: MemberRequest) -> HttpResponseBase:
        messages.warning(
            request,
            _(
                "Not changed: the draft was changed in another tab or by someone else. This is the current draft."
            ),
        )
        return self.to_editor(request)

    def url(self, request: MemberRequest, name: str, *more: object) -> str:
        return reverse(name, args=[request.organisation.slug, pk_of(request), *more])

    def to_editor(self, request: MemberRequest, query: str = "") -> HttpResponseBase:
        return redirect(self.url(request, self.editor) + query)

    def to_named(self, request: MemberRequest, name: str) -> HttpResponseBase:
        return redirect(self.url(request, name))

    def to_page(self, request: MemberRequest) -> HttpResponseBase:
        return redirect(self.url(request, self.page))

    def render(
        self,
        request: MemberRequest,
        template: str,
        draft: D,
        context: Mapping[str, Any],
        *,
        name: str,
        edit: DraftForm[Any] | None = None,
        status: int = 200,
    ) -> HttpResponse:
        """Render a page below the draft's. `name`: heading and last breadcrumb. `edit`: its form."""
        return render(
            request,
            template,
            {
                "draft": draft,
                "pk": pk_of(request),
                "title": self.title(draft),
                "number": self.number(draft),
                "name": name,
                "parents": self.parents(request, draft),
                "editor_url": self.url(request, self.editor),
                "page_url": self.url(request, self.page),
                "styles": self.styles,
                "revision": edit.revision if edit else draft.revision,
                "stale": edit is not None and edit.stale,
                **({"form": edit.form} if edit else {}),
                **context,
            },
            status=status,
        )

    def discard_view(self) -> Callable[..., HttpResponseBase]:

        def discard(request: MemberRequest, draft: D) -> HttpResponseBase:
            if request.method != "POST":
                context = {"lost": self.lost_by_discarding(draft)}
                return self.render(request, "drafts/discard.html", draft, context, name=_("Discard draft"))
            owner = self.owner_of(request, pk_of(request))
            stays = self.drafts.discard(
                owner, revision=revision_of(request), by=request.member, now=clock.now()
            )
            messages.success(request, _("Draft discarded."))
            if stays:
                return self.to_page(request)
            return redirect(self.after_deletion(), request.organisation.slug)

        return require_http_methods(["GET", "HEAD", "POST"])(self.view(discard))


class LibraryPages[O: LibraryEntry, D: LanguagesDraft[Any, Any]](DraftPages[O, D]):
    drafts: LibraryDrafts[O, Any, D, Any]
    library: str
    library_name: Promise

    @abstractmethod
    def not_editable(self) -> str:
        """Tell the member why this entry can't be edited and what to do instead."""

    def lost_with_owner(self, request: MemberRequest) -> HttpResponseBase | None:
        if not (typed := typed_texts(request)):
            return None
        library = self._library(request)
        context = {"title": library.name, "typed": typed, "page_url": library.url, "page_name": library.name}
        return render(request, "drafts/lost_edits.html", context, status=404)

    def title(self, draft: D) -> str:
        return str(draft.owner.title)

    def number(self, draft: D) -> str | int:
        number: str | int = draft.source.number
        return number

    def parents(self, request: MemberRequest, draft: D) -> Sequence[Crumb]:
        return [self._library(request), Crumb(name=self.title(draft), url=self.url(request, self.editor))]

    def lost_by_discarding(self, draft: D) -> str:
        newest = self.drafts.newest(draft.owner)
        if not newest:
            return _("It was never published, so it will be deleted too. This can't be undone.")
        return _("All changes since version %(n)s will be lost.") % {"n": newest[0].number}

    def after_deletion(self) -> str:
        return self.library

    def render_editor(
        self, request: MemberRequest, template: str, draft: D, context: Mapping[str, Any]
    ) -> HttpResponse:
        """Render the draft's main page. `?moved=<id>&by=up` restores the focus after a move, `?new=` marks an entry."""
        crumbs, name = [self._library(request)], self.title(draft)
        if self.drafts.newest(draft.owner):
            crumbs.append(Crumb(name=name, url=self.url(request, self.page)))
            name = _("Draft")
        marks = {"moved": "moved", "moved_by": "by", "new": "new"}
        marked = {key: request.GET.get(parameter, "") for key, parameter in marks.items()}
        return self.render(request, template, draft, {"parents": crumbs, **marked, **context}, name=name)

    def begin_view(self) -> Callable[..., HttpResponseBase]:
        def begin(request: MemberRequest, pk: int) -> HttpResponseBase:
            try:
                self.drafts.begin(self.owner_of(request, pk), now=clock.now())
            except NotEditable:
                messages.info(request, self.not_editable())
                return self.to_page(request)
            return self.to_editor(request)

        return require_POST(access.member(kinds=access.WORKS)(begin))

    def _library(self, request: MemberRequest) -> Crumb:
        return Crumb(name=str(self.library_name), url=reverse(self.library, args=[request.organisation.slug]))


@dataclass(frozen=True, slots=True, kw_only=True)
class Language:
    name: str
    missing: int
    is_source: bool = False
    url: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PreviewScreen:
    """`query`: leads to the screen. If it is empty, the screen isn't shown and `note` says why."""

    place: int | str
    text: str
    query: str
    is_here: bool
    note: str = ""
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class PhonePreview:
    """`phone`: the rendered screen. `languages`: codes and names."""

    title: str
    parents: Sequence[Crumb]
    styles: Sequence[str]
    language: str
    languages: Sequence[tuple[str, str]]
    phone: str
    phone_class: str = ""
    list_name: str
    screens: Sequence[PreviewScreen]

    def render(
        self, request: HttpRequest, template: str, context: Mapping[str, Any], *, status: int = 200
    ) -> HttpResponse:
        own = {name: getattr(self, name) for name in self.__slots__}
        return render(request, template, {**own, **context}, status=status)


def screen_number(given: str) -> int:
    return int(given) if given.isascii() and given.isdigit() and 0 < len(given) < 5 and int(given) > 0 else 1
