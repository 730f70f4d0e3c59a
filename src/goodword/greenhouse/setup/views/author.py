"""Choosing whose name stands under a note that no recruiter can sign."""

from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts import access
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.setup.author import choose_author, find_user
from goodword.greenhouse.setup.forms import AuthorForm
from goodword.greenhouse.setup.trouble import TROUBLES, trouble_of
from goodword.greenhouse.setup.views.shared import connected, page


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
def author(request: MemberRequest, pk: int) -> HttpResponseBase:
    """Ask for a Greenhouse user, look them up, keep them; an empty field takes the choice back."""
    connection = connected(request, pk)
    form = AuthorForm(request.POST or None, initial={"user": connection.note_author_remote_id})
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data["user"]
        try:
            user = find_user(connection, said) if said else None
        except TROUBLES as error:
            form.add_error("user", str(trouble_of(error)))
        else:
            if said and user is None:
                form.add_error(
                    "user", _("Greenhouse has no active user of this number or address. Check it there.")
                )
            else:
                user_id = user.id if user else None
                choose_author(connection, user_id, member=request.member, now=clock.now())
                messages.success(
                    request,
                    _("%(name)s signs notes that no recruiter can sign.") % {"name": user.name}
                    if user
                    else _("Nobody is chosen now."),
                )
                return redirect("integrations", request.organisation.slug)
    return page(request, "author", {"form": form, "connection": connection})
