"""The page shown when an uploaded file has since been deleted."""

from collections.abc import Callable
from functools import wraps
from http import HTTPStatus
from typing import Any, Concatenate

from django.http import HttpResponseBase
from django.shortcuts import render

from goodword.accounts.access import MemberRequest


class UploadDeleted(Exception):
    """`context`: of the template, which extends `workspace/deleted_upload.html`."""

    def __init__(self, template: str, **context: Any) -> None:
        super().__init__(template)
        self.template, self.context = template, context


def explains_deletion[**P](
    view: Callable[Concatenate[MemberRequest, P], HttpResponseBase],
) -> Callable[Concatenate[MemberRequest, P], HttpResponseBase]:
    """Respond to UploadDeleted with its page."""

    @wraps(view)
    def wrapped(request: MemberRequest, /, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
        try:
            return view(request, *args, **kwargs)
        except UploadDeleted as deleted:
            return render(request, deleted.template, deleted.context, status=HTTPStatus.NOT_FOUND)

    return wrapped
