"""What a candidate's page notices is sent here, as the first page has said."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse

from goodword.assessments.attempts.notices import NotNoticed, notice, notice_second
from goodword.assessments.attempts.overview import PartView
from goodword.assessments.kinds.custom.items import FileForm
from goodword.assessments.kinds.items import Item
from goodword.assessments.views.door import Sitting, door, is_script, kept_private, to_first_page

#: digits of an amount; more is no amount
_DIGITS = 9


@door
def noticed(request: HttpRequest, sitting: Sitting, order: int) -> HttpResponse:
    """Take `what` was noticed on which `item`, and its `amount`; 400 for what no page of ours sends."""
    view = sitting.part(order)
    if request.method != "POST" or view.over:
        return to_first_page(request, sitting)
    typed = request.POST.get("amount", "")
    try:
        notice(
            attempt_id=sitting.attempt.pk,
            order=order,
            what=request.POST.get("what", ""),
            item_id=request.POST.get("item", ""),
            amount=int(typed) if typed.isdecimal() and len(typed) <= _DIGITS else 0,
            now=sitting.now,
        )
    except NotNoticed:
        return kept_private(JsonResponse({"noted": False}, status=400))
    return kept_private(JsonResponse({"noted": True}))


def notice_late(
    request: HttpRequest, sitting: Sitting, view: PartView, items: tuple[Item, ...], number: int
) -> None:
    """Note an answer that was sent for item `number` of a timed part after it was over, if it is another one."""
    if request.method != "POST" or "skip" in request.POST or not 1 <= number <= len(items):
        return
    if sent_for(request, items, number) != number:
        return  # for a task that has been replaced
    this = items[number - 1]
    form = this.form(request.POST, partly=is_script(request))
    if isinstance(form, FileForm) or not form.is_valid():
        return
    notice_second(
        attempt_id=sitting.attempt.pk,
        order=view.order,
        number=number,
        item_id=this.id,
        value=form.value,
        now=sitting.now,
    )


def sent_for(request: HttpRequest, items: Sequence[Item], number: int) -> int | None:
    """The number of the item that a form was for; None if that item is gone.

    `number` is the one in the form's URL. It may belong to another item by now, if a break has replaced the item, or an
    answer in another window has shown or hidden an earlier question.
    """
    sent = request.POST.get("item")
    if sent is None:  # a page from before forms named their item
        return number
    return next((at for at, one in enumerate(items, start=1) if one.id == sent), None)
