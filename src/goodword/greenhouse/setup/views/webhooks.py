from datetime import timedelta

from django import forms
from django.contrib import messages
from django.http import HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from goodword.accounts import access, reauthentication
from goodword.accounts.access import MemberRequest
from goodword.core import clock
from goodword.greenhouse.pages import connected, settings_page
from goodword.greenhouse.setup.connections import NewSecret, end_old_secrets, newest_secret, rotate_secret
from goodword.greenhouse.setup.webhooks import endpoint_details, webhook_setup


class RotateForm(forms.Form):
    keep_for = forms.TypedChoiceField(
        label=gettext_lazy("Accept the old secret key for"),
        coerce=int,
        choices=[
            (60 * 24, gettext_lazy("1 day")),
            (60 * 24 * 7, gettext_lazy("7 days")),
            (60, gettext_lazy("1 hour")),
            (0, gettext_lazy("not at all")),
        ],
        help_text=gettext_lazy("Until then both are valid, so you can change the webhooks one by one."),
    )

    def period(self) -> timedelta:
        return timedelta(minutes=self.cleaned_data["keep_for"])


@require_safe
@access.member(kinds=access.ADMIN)
@reauthentication.required
def webhooks(request: MemberRequest, pk: int) -> HttpResponse:
    connection = connected(request, pk)
    return settings_page(
        request,
        "setup/webhooks",
        {"connection": connection, "endpoint": endpoint_details(connection, now=clock.now(), reveals=True)},
    )


@require_safe
@access.member(kinds=access.ADMIN)
def pings(request: MemberRequest, pk: int) -> HttpResponse:
    connection = connected(request, pk)
    context = {"connection": connection, "webhooks": webhook_setup(connection)}
    response = render(request, "greenhouse/setup/parts/pings.html", context)
    response["Cache-Control"] = "no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@access.member(kinds=access.ADMIN)
@reauthentication.to_change
def rotate(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    form = RotateForm(request.POST or None)
    now = clock.now()
    if request.method == "POST" and form.is_valid():
        try:
            rotate_secret(
                connection,
                keep_for=form.period(),
                member=request.member,
                now=now,
                seen=request.POST.get("seen", ""),
            )
        except NewSecret:
            messages.warning(
                request,
                _("No secret key was created, because another one was created after you opened this page."),
            )
        else:
            messages.success(request, _("Secret key created. Enter it in each webhook in Greenhouse."))
        return redirect("greenhouse_webhooks", request.organisation.slug, connection.pk)
    context = {
        "form": form,
        "connection": connection,
        "seen": request.POST.get("seen") or newest_secret(connection, now=now),
    }
    return settings_page(request, "setup/rotate", context)


@require_POST
@access.member(kinds=access.ADMIN)
@reauthentication.to_change
def end_old(request: MemberRequest, pk: int) -> HttpResponseBase:
    connection = connected(request, pk)
    seen = request.POST.get("seen", "")
    try:
        ended = end_old_secrets(connection, member=request.member, now=clock.now(), seen=seen)
    except NewSecret:
        messages.warning(
            request,
            _(
                "The older secret key is still accepted, because another one was created after you opened this page."
            ),
        )
    else:
        if ended:
            messages.success(request, _("Only the newest secret key is accepted now."))
        else:
            messages.info(request, _("No older secret key is left."))
    return redirect("greenhouse_webhooks", request.organisation.slug, connection.pk)
