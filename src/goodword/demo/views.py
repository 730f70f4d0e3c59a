from datetime import timedelta

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from goodword.core import clock


class ClockForm(forms.Form):
    hours = forms.IntegerField(label="Hours", min_value=1, max_value=24 * 366, initial=24)


@require_http_methods(["GET", "HEAD", "POST"])
def clock_page(request: HttpRequest) -> HttpResponseBase:
    form = ClockForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        clock.advance(timedelta(hours=form.cleaned_data["hours"]))
        return redirect("demo_clock")
    return render(request, "demo/clock.html", {"form": form, "now": clock.now()})
