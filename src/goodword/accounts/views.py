"""Sign-in pages that allauth lacks."""

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from goodword.accounts.domain import sign_ins
from goodword.accounts.models import User
from goodword.core import clock


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def sign_out_everywhere(request: HttpRequest) -> HttpResponseBase:
    """Ask for confirmation, then end every session of this user."""
    if request.method != "POST":
        return render(request, "account/sign_out_everywhere.html")
    assert isinstance(request.user, User)  # guaranteed by the decorator
    sign_ins.sign_out_everywhere(request.user, now=clock.now(), **sign_ins.where(request))
    request.session.flush()  # not logout(), which would add a second entry to the trail
    messages.success(request, _("You are signed out on all devices."))
    return redirect("account_login")
