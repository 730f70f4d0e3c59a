"""Components: labels, roles, states and escaping."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from django import forms
from django.template import Context, Template
from django.utils import translation
from pytest_django.fixtures import Settings

import goodword
from goodword.ui.statuses import CHECKS, MARKS, STATUSES, status_of
from goodword.ui.templatetags.ui import ICONS, icon_svg, initials, short_time
from tests.ui.conftest import Render

AGREE = [(1, "No"), (2, "Rather no"), (3, "Neither"), (4, "Rather yes"), (5, "Yes")]


def test_every_status_has_its_label() -> None:
    words = {state: str(status.word) for state, status in STATUSES.items()}
    assert words == {
        "not_started": "Not started",
        "already_there": "Already in stage",
        "pending": "Waiting",
        "unsent": "Invitation not sent yet",
        "in_progress": "In progress",
        "completed": "Done",
        "marked_complete": "Done",
        "overdue": "Overdue",
        "paused": "Paused",
        "cancelled": "Closed",
        "declined": "Declined",
        "needs_attention": "Needs attention",
        "rejected": "Rejected",
        "hired": "Hired",
        "active": "Active",
        "incomplete": "Incomplete",
        "failed": "Failed",
    }


def test_every_status_mark_exists() -> None:
    assert {status.mark for status in [*STATUSES.values(), *CHECKS.values()]} - set(MARKS) == set()


def test_attention_overrides_any_state() -> None:
    assert status_of("completed", attention=True) == STATUSES["needs_attention"]


def test_an_unknown_state_falls_back_to_its_name() -> None:
    assert status_of("on_hold").word == "On hold"


def test_a_status_has_a_mark_and_a_label(render: Render) -> None:
    html = render('<c-status state="overdue" since="since Tue" />')
    assert '<span class="status__word">Overdue</span>' in html
    assert '<span class="status__since">since Tue</span>' in html
    assert 'aria-hidden="true"' in html


def test_progress_has_state_count_and_date(render: Render) -> None:
    html = render(
        '<c-progress state="in_progress" label="Reference check" done="1" of="2" since="Tue 24 Nov" />'
    )
    assert 'tabindex="0"' in html
    assert 'aria-label="Reference check: In progress, 1 of 2, since Tue 24 Nov' in html


def test_progress_shows_zero_of_two(render: Render) -> None:
    html = render('<c-progress state="pending" label="Check" :done="done" :of="of" />', done=0, of=2)
    assert "0/2" in html
    assert "0 of 2" in html


def test_attribute_values_are_escaped(render: Render) -> None:
    html = render(
        '<c-button :data-name="name" title="{{ name }}">Go</c-button>', name='"><script>alert(1)</script>'
    )
    assert "<script>" not in html
    assert html.count("&quot;&gt;&lt;script&gt;") == 2


def test_text_values_are_escaped(render: Render) -> None:
    html = render(
        '<c-person name="{{ name }}" :detail="name" /><c-card :title="name">x</c-card>', name="<b>x</b>"
    )
    assert "<b>" not in html


def test_a_button_with_href_is_a_link(render: Render) -> None:
    assert render('<c-button href="/a">Go</c-button>').startswith("<a ")
    assert render("<c-button>Go</c-button>").startswith(
        '<button class="button button--secondary button--normal" type="submit">'
    )


def test_classes_are_added(render: Render) -> None:
    assert 'class="card card--flush wide"' in render('<c-card flush class="wide">x</c-card>')


def test_page_variables_do_not_leak_into_components(render: Render) -> None:
    html = render(
        "<c-card>x</c-card><c-empty title='Empty'>y</c-empty>",
        title="Page",
        actions="A",
        footer="F",
        icon="x",
    )
    assert "Page" not in html
    assert "card__foot" not in html


def test_a_menu_item_with_an_action_is_a_form(render: Render) -> None:
    html = render(
        '<c-menu label="More"><c-menu-item action="/out">Sign out</c-menu-item></c-menu>', csrf_token="abc"
    )
    assert '<form class="menu__form" method="post" action="/out">' in html
    assert 'value="abc"' in html
    assert 'aria-label="More"' in html


def test_a_copy_line_has_its_value_and_a_labelled_button(render: Render) -> None:
    html = render('<c-copy label="Secret key" value="{{ key }}" secret />', key="a<b")
    assert ">a&lt;b</code>" in html
    assert '<span class="visually-hidden">Secret key</span></button>' in html


def test_whatever_can_be_copied_has_a_status_that_says_so() -> None:
    templates = [path.read_text() for path in Path(goodword.__file__).parent.rglob("templates/**/*.html")]
    copied = [text for text in templates if "data-copy-button" in text]
    assert len(copied) >= 3
    assert all('role="status" data-copy-said' in text for text in copied)


def test_the_stepper_shows_the_current_step_and_values(render: Render) -> None:
    steps = [
        {"label": "Job", "state": "done", "value": "Engineer", "url": "/1"},
        {"label": "Stages", "state": "current"},
    ]
    html = render('<c-stepper :steps="steps" />', steps=steps)
    assert html.count('aria-current="step"') == 1
    assert '<a class="stepper__label" href="/1">Job</a>' in html
    assert "Engineer" in html


def test_a_likert_row_is_a_group_of_five_labelled_radios(render: Render) -> None:
    html = render(
        '<c-likert name="q1" question="I plan." :options="agree" :value="4" hint="At work" />', agree=AGREE
    )
    assert html.count('type="radio"') == 5
    assert '<legend class="question__legend">I plan.</legend>' in html
    assert 'aria-describedby="id_q1_helptext"' in html
    assert re.findall(r'value="(\d)" checked', html) == ["4"]


def test_nothing_is_checked_without_a_value(render: Render) -> None:
    assert "checked" not in render('<c-likert name="q1" question="I plan." :options="agree" />', agree=AGREE)


def test_zero_can_be_checked(render: Render) -> None:
    options = [(0, "None"), (1, "One")]
    html = render(
        '<c-choices name="q" question="How many?" :options="options" :value="0" />', options=options
    )
    assert re.findall(r'value="(\d)" checked', html) == ["0"]


def test_a_likert_row_shows_the_error_of_its_form_field(render: Render) -> None:
    class Ask(forms.Form):
        q1 = forms.ChoiceField(label="I plan.", choices=AGREE, widget=forms.RadioSelect)

    html = render('<c-likert :field="form.q1" />', form=Ask({}))
    assert 'aria-describedby="id_q1_error"' in html
    assert 'id="id_q1_0"' in html
    assert "This field is required." in html


def test_a_rating_has_an_example_per_level(render: Render) -> None:
    levels = [
        {"value": 1, "label": "Rarely", "example": "Was late."},
        {"value": 2, "label": "Often", "example": "On time."},
    ]
    html = render('<c-rating name="r" question="On time?" :levels="levels" value="2" />', levels=levels)
    assert '<span class="rating__example">On time.</span>' in html
    assert re.findall(r'value="(\d)" checked', html) == ["2"]


def test_multiple_choices_are_checkboxes(render: Render) -> None:
    html = render(
        '<c-choices name="w" question="Words" multiple :options="options" :values="chosen" />',
        options=[("a", "A"), ("b", "B")],
        chosen=["b"],
    )
    assert html.count('type="checkbox"') == 2
    assert re.findall(r'value="(\w)" checked', html) == ["b"]


def test_a_table_takes_slots_or_plain_rows(render: Render) -> None:
    slots = render(
        '<c-table caption="A"><c-slot name="thead"><tr></tr></c-slot><c-slot name="tbody"><tr></tr></c-slot></c-table>'
    )
    plain = render('<c-table caption="A"><thead><tr></tr></thead><tbody><tr></tr></tbody></c-table>')
    assert slots.replace(" ", "") == plain.replace(" ", "")


def test_a_dialog_is_labelled_by_its_title(render: Render) -> None:
    html = render('<c-dialog id="d" title="Set key" open>x</c-dialog>')
    assert '<dialog class="dialog" id="d" aria-labelledby="d-title" open data-dialog-open>' in html


def test_only_error_toasts_are_alerts(render: Render) -> None:
    assert 'role="alert"' in render('<c-toast tone="error">x</c-toast>')
    assert 'role="status"' in render("<c-toast>x</c-toast>")


@pytest.mark.matrix
@pytest.mark.parametrize("name", sorted(ICONS))
def test_every_icon_has_no_inline_styles(name: str) -> None:
    svg = icon_svg(name)
    assert svg.startswith("<svg")
    assert svg.count("<") >= 3
    assert " style=" not in svg and "<style" not in svg


def test_a_standalone_icon_has_a_label() -> None:
    assert 'role="img" aria-label="Close &lt;"' in icon_svg("x", label="Close <")


def test_an_unknown_icon_is_an_error() -> None:
    with pytest.raises(KeyError):
        icon_svg("unicorn")


@pytest.mark.parametrize(
    ("name", "letters"),
    [
        ("Rosa Lindqvist", "RL"),
        ("Ana María de la Cruz", "AC"),
        ("陳怡君", "陳"),
        ("  ", ""),
        ("(Bo)", ""),
        ("élan", "É"),
    ],
)
def test_initials_are_from_the_first_and_last_word(name: str, letters: str) -> None:
    assert initials(name) == letters


@time_machine.travel(datetime(2026, 11, 24, 15, 0, tzinfo=UTC), tick=False)
def test_short_time_shows_only_other_years(settings: Settings) -> None:
    settings.TIME_ZONE = "Europe/Berlin"
    assert short_time(datetime(2026, 11, 24, 13, 5, tzinfo=UTC)) == "Tue 24 Nov, 14:05"
    assert short_time(datetime(2025, 6, 2, 6, 0, tzinfo=UTC)) == "Mon 2 Jun 2025, 08:00"
    assert short_time(None) == ""


def test_a_time_has_its_zone_in_the_title(render: Render) -> None:
    html = render('<c-time :at="at" />', at=datetime(2026, 11, 24, 14, 5, tzinfo=UTC))
    assert 'datetime="2026-11-24T14:05:00+00:00"' in html
    assert 'title="Tuesday 24 November 2026, 14:05 UTC"' in html


def test_a_kept_part_is_rendered_once_for_each_language_and_arguments() -> None:
    page = Template(
        "{% load i18n ui %}{% kept kind wide|yesno %}{% translate 'Error:' %} {{ kind }}{{ turn }}{% endkept %}"
    )
    shown = []
    for turn, (language, kind, wide) in enumerate(
        [
            ("en", "a", True),
            ("en", "a", 1),
            ("de", "a", True),
            ("en", "b", True),
            ("en", "a", False),
            ("en", "a", True),
        ]
    ):
        with translation.override(language):
            shown.append(page.render(Context({"kind": kind, "wide": wide, "turn": turn})))
    assert shown == ["Error: a0", "Error: a0", "Fehler: a2", "Error: b3", "Error: a4", "Error: a0"]


def test_a_kept_part_is_safe_text() -> None:
    page = Template("{% load ui %}{% kept %}<b>{{ name }}</b>{% endkept %}")
    assert [page.render(Context({"name": "<i>"})) for _ in range(2)] == ["<b>&lt;i&gt;</b>"] * 2


@pytest.mark.parametrize(
    ("language", "body", "title"),
    [
        (
            "en",
            "{% if form.errors %}<c-error-summary :form='form' />{% endif %}",
            "Error: Your name &amp; more",
        ),
        ("de", "<c-error-summary :form='form' />", "Fehler: Your name &amp; more"),
        ("en", "<c-error-summary />", "Your name &amp; more"),
        ("en", "{{ typed }}", "Your name &amp; more"),
    ],
)
def test_the_title_of_a_page_with_an_error_summary_begins_with_error(
    render: Render, language: str, body: str, title: str
) -> None:
    class Name(forms.Form):
        name = forms.CharField()

    page = "{% extends 'ui/base.html' %}{% block title %}Your name &amp; more{% endblock %}{% block body %}"
    with translation.override(language):
        html = render(
            page + body + "{% endblock %}", form=Name({"name": ""}), typed='<div class="error-summary">'
        )
    assert f"<title>{title}</title>" in html
