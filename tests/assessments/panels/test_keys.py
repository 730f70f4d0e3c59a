"""A panel's key: needs five experts, is versioned, and becomes void when texts change."""

import json
from datetime import timedelta
from typing import Any

import pytest

from goodword.accounts.models import AuditEntry, Membership
from goodword.assessments.catalogue.drafts import DRAFTS
from goodword.assessments.catalogue.packs import import_pack
from goodword.assessments.kinds.judgement.content import JudgementSet
from goodword.assessments.kinds.judgement.drafts import (
    LastActions,
    NoAgreement,
    NoKeySource,
    TooFewExperts,
    add_language,
    change_details,
    change_situation,
    duplicate_set,
    leave_out_action,
    publish_set,
    remove_language,
    save_texts,
    take_panel_key,
)
from goodword.assessments.kinds.judgement.editor import KeyedAction, texts_of
from goodword.assessments.kinds.judgement.panel_keys import (
    PanelResult,
    experts_to_show,
    panel_of_draft,
    shown_result,
)
from goodword.assessments.kinds.judgement.panelists import ExpertState, decline, erase_old, experts_of, remove
from goodword.assessments.kinds.packs import PackError
from goodword.assessments.kinds.registry import technical_sheet
from goodword.assessments.models import Panelist, PanelRating, Test
from goodword.assessments.psychometrics.agreement import agreement
from goodword.assessments.queries import content_of
from goodword.notifications.models import Email, Link
from tests.assessments.all_kinds import PANEL
from tests.assessments.judgement.support import LATE, NOW, draft, own, revision, situations
from tests.assessments.kinds.judgements import small_set
from tests.assessments.panels.support import FIVE, NOISE, invited, panel, rate, submit, token_of
from tests.support import factories

pytestmark = pytest.mark.django_db
LEAK = "A pipe leaks in the workshop."


@pytest.fixture
def rita() -> Membership:
    return factories.member(factories.organisation(name="Acme Bikes"), name="Rita Recruiter")


@pytest.fixture
def workshop(rita: Membership) -> Test:
    """A draft of two situations with two actions each."""
    return own(rita, LATE, LEAK)


def keys(test: Test) -> list[float]:
    return [action["effectiveness"] for situation in situations(test) for action in situation["actions"]]


def take(test: Test, by: Membership) -> int:
    return take_panel_key(test=test, revision=revision(test), by=by, now=NOW)


def publish(test: Test, by: Membership, **source: str) -> JudgementSet:
    given = {"key_by": "", "key_how": ""} | source
    publish_set(test=test, revision=revision(test), by=by, now=NOW, **given)
    found = content_of(DRAFTS.newest(test)[0])
    assert isinstance(found, JudgementSet)
    return found


def states(test: Test) -> list[str]:
    return [expert.state for expert in experts_of(test, draft(test).content)]


def rewrite(test: Test, text: str) -> None:
    situation = situations(test)[0]
    actions = [
        KeyedAction(
            id=action["id"],
            text=action["text"],
            effectiveness=action["effectiveness"],
            reason=action["reason"],
        )
        for action in situation["actions"]
    ]
    change_situation(
        test=test, situation_id=situation["id"], text=text, actions=actions, revision=revision(test)
    )


def seen(test: Test) -> PanelResult | None:
    """The result as members see it."""
    content = draft(test).content
    return shown_result(test, content, experts_of(test, content))


@pytest.mark.parametrize(
    ("counting", "shown", "expected"),
    [
        ("1234", [], ""),
        ("12345", [], "12345"),
        ("12345", ["12345"], "12345"),
        ("123456", ["12345"], "12345"),  # the sixth expert's ratings could be inferred
        ("1234567", ["12345"], "12345"),
        ("12345678", ["12345"], "12345678"),
        ("1234", ["12345"], ""),
        ("12346", ["12345"], ""),  # one left, one joined
        ("123467", ["12345"], "123467"),
        ("1234567", ["12345", "12345678"], "12345"),  # the same five as shown before
        ("123456", ["1234567", "12345678AB"], ""),
        ("123456789", ["12345", "12345678"], "12345678"),
    ],
)
def test_results_change_in_steps_of_three_experts(counting: str, shown: list[str], expected: str) -> None:
    found = experts_to_show({int(one, 16) for one in counting}, [[int(one, 16) for one in s] for s in shown])
    assert found == {int(one, 16) for one in expected}


@pytest.mark.world
def test_the_page_of_a_panel_includes_newcomers_in_steps(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita)
    first = seen(workshop)
    assert first is not None
    for number, name in enumerate(("Six Smith", "Seven Smith"), start=1):
        rate(late := invited(workshop, by=rita, name=name), (1, 5))
        submit(late)
        now = seen(workshop)
        assert now is not None
        assert (now.experts, now.agreement, now.waiting) == (5, first.agreement, number)
    assert take(workshop, rita) == 4  # the key is that of the five
    assert keys(workshop) == [4.6, 1.6, 4.6, 1.6]
    rate(last := invited(workshop, by=rita, name="Eight Smith"), (1, 5))
    submit(last)
    now = seen(workshop)
    assert now is not None
    assert (now.experts, now.waiting, now.differ) == (8, 0, 4)


@pytest.mark.world
def test_after_an_expert_leaves_nothing_is_shown_until_others_have_joined(
    workshop: Test, rita: Membership
) -> None:
    first, *_ = panel(workshop, by=rita)
    assert seen(workshop) is not None
    remove(panelist=first, by=rita, now=NOW)
    for name, expected in (("Six Smith", None), ("Seven Smith", 6)):
        rate(late := invited(workshop, by=rita, name=name), (4, 2))
        submit(late)
        now = seen(workshop)
        assert (now and now.experts) == expected


@pytest.mark.world
def test_the_agreement_can_be_recomputed_after_the_experts_are_erased(
    workshop: Test, rita: Membership
) -> None:
    panel(workshop, by=rita)
    take(workshop, rita)
    publish(workshop, rita)
    rita.organisation.erases_old, rita.organisation.keep_months = True, 12
    assert erase_old(rita.organisation, now=NOW + timedelta(days=367)) == 5
    made = content_of(DRAFTS.newest(workshop)[0])
    assert isinstance(made, JudgementSet)
    kept = made.panel
    assert kept is not None
    assert kept.ratings == ((4, 1, 4, 1), (4, 2, 4, 2), (5, 1, 5, 1), (5, 2, 5, 2), (5, 2, 5, 2))
    again = agreement([list(action) for action in zip(*kept.ratings, strict=True)])
    assert again is not None
    assert (round(again.single, 3), round(again.average, 3)) == (kept.icc_single, kept.icc_average)


@pytest.mark.world
def test_five_experts_make_a_key_of_their_means(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita)
    assert take(workshop, rita) == 4
    assert keys(workshop) == [4.6, 1.6, 4.6, 1.6]
    assert take(workshop, rita) == 0
    entry = AuditEntry.objects.of(rita.organisation).filter(action="test.key_made").latest("pk")
    assert (entry.details["experts"], entry.details["icc"]) == (5, 0.98)


@pytest.mark.world
def test_four_experts_make_no_key_and_show_nothing(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita, ratings=FIVE[:4])
    rate(invited(workshop, by=rita, name="Late Comer"), (5, 1))  # rated, but not submitted
    before = keys(workshop)
    with pytest.raises(TooFewExperts):
        take(workshop, rita)
    assert keys(workshop) == before
    assert seen(workshop) is None


@pytest.mark.world
def test_experts_who_rate_everything_the_same_make_no_key(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita, ratings=[(3, 3)] * 5)
    with pytest.raises(NoAgreement):
        take(workshop, rita)


def test_the_day_of_a_key_is_the_organisations(workshop: Test, rita: Membership) -> None:
    workshop.organisation.time_zone = "Pacific/Auckland"
    panel(workshop, by=rita)
    take(workshop, rita)
    evening = NOW.replace(hour=20)
    found = panel_of_draft(workshop, draft(workshop).content, by="Rita Recruiter", now=evening)
    assert found is not None
    assert found.keyed_on == (evening + timedelta(days=1)).date().isoformat()


@pytest.mark.world
def test_a_published_version_keeps_who_keyed_it_when_and_how_well_they_agree(
    workshop: Test, rita: Membership
) -> None:
    panel(workshop, by=rita)
    take(workshop, rita)
    made = publish(workshop, rita)
    assert made.panel is not None
    assert (made.panel.experts, made.panel.wide, made.panel.keyed_by) == (5, 0, "Rita Recruiter")
    assert made.panel.keyed_on == NOW.date().isoformat()
    low, high = made.panel.icc_average_interval
    assert low < made.panel.icc_average == 0.98 < high
    assert not made.is_for_practice
    assert made.key_basis == (
        "Set by a panel of 5 experts, who rated all actions independently; the key is the mean of their ratings. "
        f"Agreement of this mean (intraclass correlation): 0.98, 95% interval {low:.2f} to {high:.2f}."
    )
    sheet = technical_sheet(made)
    assert "For practice" not in sheet.limits[0]
    assert sheet.more["Actions with weak agreement among the experts"] == "0 of 4"


@pytest.mark.world
def test_a_key_of_experts_who_hardly_agree_is_for_practice_only(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita, ratings=NOISE)
    assert take(workshop, rita) > 0
    made = publish(workshop, rita)
    assert made.panel is not None and made.panel.icc_average_interval[0] < 0.5
    assert made.is_for_practice
    assert (
        technical_sheet(made)
        .limits[0]
        .startswith(
            "For practice and preview, not for decisions: the experts who set its key agree too little."
        )
    )


@pytest.mark.world
def test_a_version_keeps_who_did_not_rate_and_what_was_left_out(workshop: Test, rita: Membership) -> None:
    situation = situations(workshop)[0]
    more = [
        KeyedAction(id=one["id"], text=one["text"], effectiveness=3, reason="So.")
        for one in [*situation["actions"], {"id": "", "text": "Shrug."}]
    ]
    change_situation(
        test=workshop, situation_id=situation["id"], text=LATE, actions=more, revision=revision(workshop)
    )
    panel(
        workshop,
        by=rita,
        ratings=[(4, 2, 3, 5, 1), (5, 1, 1, 4, 2), (5, 2, 5, 5, 1), (4, 1, 2, 4, 1), (5, 2, 4, 5, 2)],
    )
    decline(panelist_id=invited(workshop, by=rita, name="Dora Declines").pk, now=NOW)
    remove(panelist=invited(workshop, by=rita, name="Rob Removed"), by=rita, now=NOW)
    leave_out_action(
        test=workshop, action_id=situations(workshop)[0]["actions"][2]["id"], revision=revision(workshop)
    )
    take(workshop, rita)
    made = publish(workshop, rita)
    found = made.panel
    assert found is not None and not made.is_for_practice
    assert (found.invited, found.experts, found.declined, found.removed, found.left_out) == (7, 5, 1, 1, 1)
    rows = technical_sheet(made).more
    assert rows["Experts invited"] == "7; finished: 5, declined: 1, removed: 1"
    assert rows["Actions left out after they were rated"].startswith("1. ")


@pytest.mark.world
def test_a_key_changed_by_hand_is_no_longer_the_panels(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita)
    with pytest.raises(NoKeySource):  # refused: the author's own keys are still there
        publish(workshop, rita)
    made = publish(workshop, rita, key_by="Ana Ruiz", key_how="She thought about it.")
    assert (made.panel, made.is_for_practice) == (None, True)


@pytest.mark.world
def test_unchanged_situations_keep_their_panel_after_experts_are_erased(
    workshop: Test, rita: Membership
) -> None:
    experts = panel(workshop, by=rita)
    take(workshop, rita)
    first = publish(workshop, rita)
    for expert in experts:
        remove(panelist=expert, by=rita, now=NOW)
    DRAFTS.begin(workshop, now=NOW)
    change_details(
        test=workshop, name="Renamed", instructions="Rate.", construct="It.", revision=revision(workshop)
    )
    assert publish(workshop, rita).panel == first.panel
    DRAFTS.begin(workshop, now=NOW)
    rewrite(workshop, "Something else happens.")
    with pytest.raises(NoKeySource):
        publish(workshop, rita)


@pytest.mark.world
def test_a_changed_text_voids_its_ratings_alone(workshop: Test, rita: Membership) -> None:
    first, *_others = panel(workshop, by=rita)
    rewrite(workshop, "Something else happens.")
    assert states(workshop) == [ExpertState.AGAIN] * 5
    expert = experts_of(workshop, draft(workshop).content)[0]
    assert (len(expert.ratings), expert.void, expert.is_open) == (2, 2, True)
    with pytest.raises(TooFewExperts):
        take(workshop, rita)
    rate(first, (3, 2))
    submit(first)
    assert states(workshop) == [ExpertState.FINISHED, *[ExpertState.AGAIN] * 4]
    rewrite(workshop, LATE)  # the earlier text again, which they have rated
    assert states(workshop)[1:] == [ExpertState.FINISHED] * 4


@pytest.mark.world
def test_a_changed_translation_voids_the_ratings_of_those_who_read_it(
    workshop: Test, rita: Membership
) -> None:
    add_language(test=workshop, language="de", revision=revision(workshop), now=NOW)
    translate(workshop)
    ana, ben = invited(workshop, by=rita, language="de"), invited(workshop, by=rita, name="Ben Low")
    for expert in (ana, ben):
        rate(expert, (4, 2))
        submit(expert)
    assert states(workshop) == [ExpertState.FINISHED] * 2
    first = situations(workshop)[0]["id"]
    translate(workshop, **{f"situation-{first}": "Etwas anderes."})
    assert states(workshop) == [ExpertState.AGAIN, ExpertState.FINISHED]
    again = experts_of(workshop, draft(workshop).content)[0]
    assert (len(again.ratings), again.void) == (2, 2)
    translate(workshop)
    assert states(workshop) == [ExpertState.FINISHED] * 2
    rewrite(workshop, "Something else happens.")
    assert states(workshop) == [ExpertState.AGAIN] * 2


@pytest.mark.world
def test_removing_a_translation_voids_no_ratings(workshop: Test, rita: Membership) -> None:
    add_language(test=workshop, language="de", revision=revision(workshop), now=NOW)
    translate(workshop)
    ana = invited(workshop, by=rita, language="de")
    rate(ana, (4, 2))
    submit(ana)
    remove_language(test=workshop, language="de", revision=revision(workshop))
    assert states(workshop) == [ExpertState.FINISHED]
    rewrite(workshop, "Something else happens.")
    assert states(workshop) == [ExpertState.AGAIN]


def translate(test: Test, **texts: str) -> None:
    """Translate the draft into German, with these texts by key."""
    made = {place: f"de: {text}" for place, text in texts_of(draft(test).content).items()}
    save_texts(test=test, language="de", texts=made | texts, revision=revision(test))


@pytest.mark.world
def test_an_action_left_out_leaves_the_other_ratings(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita)
    action = situations(workshop)[0]["actions"][0]["id"]
    with pytest.raises(LastActions):
        leave_out_action(test=workshop, action_id=action, revision=revision(workshop))
    situation = situations(workshop)[0]
    more = [
        KeyedAction(id=one["id"], text=one["text"], effectiveness=3, reason="So.")
        for one in [*situation["actions"], {"id": "", "text": "Shrug."}]
    ]
    change_situation(
        test=workshop, situation_id=situation["id"], text=LATE, actions=more, revision=revision(workshop)
    )
    assert states(workshop) == [ExpertState.AGAIN] * 5
    leave_out_action(
        test=workshop, action_id=situations(workshop)[0]["actions"][2]["id"], revision=revision(workshop)
    )
    assert states(workshop) == [ExpertState.FINISHED] * 5
    with pytest.raises(KeyError):
        leave_out_action(test=workshop, action_id="gone", revision=revision(workshop))


@pytest.mark.world
def test_the_basis_of_the_key_is_written_in_each_language(workshop: Test, rita: Membership) -> None:
    add_language(test=workshop, language="de", revision=revision(workshop), now=NOW)
    translate(workshop)
    panel(workshop, by=rita)
    take(workshop, rita)
    publish(workshop, rita)
    rows = {row.language: row.content for row in DRAFTS.newest(workshop)}
    assert rows["de"]["key_basis"].startswith("Von 5 Fachleuten")
    assert rows["de"]["panel"] == rows["en"]["panel"]


@pytest.mark.world
def test_a_copy_is_not_the_panels(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita)
    take(workshop, rita)
    publish(workshop, rita)
    copy = duplicate_set(test=workshop, by=rita, now=NOW)
    assert "panel" not in draft(copy).content
    with pytest.raises(NoKeySource):
        publish(copy, rita)


def test_a_panel_cannot_be_imported(rita: Membership) -> None:
    raw = json.dumps(small_set() | {"panel": PANEL}).encode()
    with pytest.raises(PackError, match="A panel can't be imported"):
        import_pack(raw=raw, by=rita, now=NOW)


def rows_about_experts(test: Test) -> list[Any]:
    org = test.organisation
    return [model.objects.of(org).count() for model in (Panelist, PanelRating, Email, Link)]


def test_a_removed_expert_leaves_nothing(workshop: Test, rita: Membership) -> None:
    one, two = panel(workshop, by=rita, ratings=FIVE[:2])
    token_of(one)
    remove(panelist=one, by=rita, now=NOW)
    assert rows_about_experts(workshop) == [1, 4, 1, 0]
    assert DRAFTS.discard(workshop, revision=revision(workshop), by=rita, now=NOW) is False
    assert rows_about_experts(workshop) == [0, 0, 0, 0]
    assert two.pk


def test_experts_are_erased_when_retention_says_so(workshop: Test, rita: Membership) -> None:
    panel(workshop, by=rita, ratings=FIVE[:2])
    org = rita.organisation
    org.keep_months = 12
    assert erase_old(org, now=NOW + timedelta(days=800)) == 0
    org.erases_old = True
    assert erase_old(org, now=NOW + timedelta(days=360)) == 0
    assert erase_old(org, now=NOW + timedelta(days=367)) == 2
    assert rows_about_experts(workshop) == [0, 0, 0, 0]
