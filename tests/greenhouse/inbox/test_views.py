"""The pages of deliveries: search, body, effects, replay."""

import json
from datetime import timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.db import connection as database
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from goodword.accounts.models import AuditEntry
from goodword.core import clock
from goodword.flow import FLOW
from goodword.greenhouse.inbox import queries
from goodword.greenhouse.inbox.payload import LABELS
from goodword.greenhouse.models import Connection, Delivery
from tests.greenhouse.world import ASSESSMENT, World
from tests.support import factories
from tests.support.jobs import waiting
from tests.support.pages import signed_in

State = Delivery.State


def url(world: World, name: str = "greenhouse_inbox", *args: int) -> str:
    return reverse(name, args=[world.organisation.slug, *args])


def page(world: World, name: str = "greenhouse_inbox", *args: int, **asked: Any) -> BeautifulSoup:
    response = signed_in(world.role.owner).get(url(world, name, *args), asked)
    assert (response.status_code, response["Cache-Control"]) == (200, "no-store")
    return BeautifulSoup(response.content, "html.parser")


def listed(world: World, **asked: Any) -> list[str]:
    """The codes of the listed deliveries."""
    return [code.get_text() for code in page(world, **asked).select("tbody .inbox-code")]


def chips(soup: BeautifulSoup) -> list[str]:
    return [" ".join(chip.get_text().split()) for chip in soup.select(".toolbar .chip")]


def keep(world: World, action: str = "office_deleted", **values: Any) -> Delivery:
    now = clock.now()
    return Delivery.objects.create(
        **{
            "organisation": world.organisation,
            "connection": world.connection,
            "action": action,
            "body": b'{"action": "%s", "payload": {}}' % action.encode(),
            "received_at": now,
            "not_before": now,
            "state": State.HANDLED,
            "outcome": "Done.",
        }
        | values
    )


def test_an_event_is_shown_with_label_and_code(world: World) -> None:
    keep(world, "candidate_stage_change")
    keep(world, "job_painted")
    keep(world, "")
    rows = [" ".join(cell.get_text(" ").split()) for cell in page(world).select("tbody th")]
    assert rows == [
        "Unreadable",
        "Unknown event job_painted",
        "Candidate has changed stage candidate_stage_change",
    ]


@pytest.mark.world
def test_a_delivery_links_to_the_candidate_it_is_about(world: World) -> None:
    remote = world.apply(first_name="Ada", last_name="Lovelace")
    world.deliver()
    keep(world, "offer_created", remote_application_id=55)
    keep(world, "update_candidate", remote_candidate_id=remote.candidate_id)
    keep(world, "update_candidate", remote_candidate_id=77)
    cells = page(world).select("tbody tr td:nth-of-type(1)")
    assert [" ".join(cell.get_text().split()) for cell in cells] == [
        "Candidate 77",
        "Ada Lovelace",
        "Application 55",
        "Ada Lovelace",
    ]
    link = cells[-1].select_one("a")
    assert link is not None
    assert link["href"] == url(world, "candidate", world.ours(remote).pk)


@pytest.mark.world
@pytest.mark.matrix
@pytest.mark.parametrize(
    ("query", "actions"),
    [
        ("Lovelace", ["offer_created", "new_candidate_application"]),
        ("ada love", ["offer_created", "new_candidate_application"]),
        ("changed stage", ["candidate_stage_change"]),
        ("candidate_stage_change", ["candidate_stage_change"]),
        ("job_painted", ["job_painted"]),
        ("event-7", ["candidate_stage_change"]),
        ("77", ["update_candidate"]),
        ("application-id", ["offer_created", "new_candidate_application"]),
        ("99999999999999999999999", []),
        ("0", []),
        ("²", []),
        ("nothing like it", []),
        ("a\x00b", []),
    ],
)
def test_a_search_finds_by_name_id_event_and_label(world: World, query: str, actions: list[str]) -> None:
    remote = world.apply(first_name="Ada", last_name="Lovelace")
    world.deliver()
    keep(world, "update_candidate", remote_candidate_id=77)
    keep(world, "candidate_stage_change", remote_application_id=8, event_id="event-7")
    keep(world, "job_painted")
    keep(world, "offer_created", remote_application_id=remote.id)
    query = query.replace("application-id", str(remote.id))
    assert listed(world, q=query) == actions


@pytest.mark.world
def test_another_organisations_people_are_not_found(world: World) -> None:
    other = factories.candidate(factories.organisation(), first_name="Zebedee", remote_id=77)
    keep(world, "update_candidate", remote_candidate_id=other.remote_id)
    assert listed(world, q="Zebedee") == []
    assert "Zebedee" not in page(world).get_text()


@pytest.mark.world
def test_deliveries_are_counted_and_filtered_by_state(world: World) -> None:
    for state in (State.HANDLED, State.HANDLED, State.FAILED, State.RECEIVED):
        keep(world, f"a_{state}", state=state)
    assert chips(page(world)) == ["All 4", "Failed 1", "Waiting 1", "Handled 2"]
    assert listed(world, state="failed") == ["a_failed"]
    assert listed(world, state="received") == ["a_received"]
    assert chips(page(world, q="a_failed")) == ["All 1", "Failed 1", "Waiting 0", "Handled 0"]
    assert len(listed(world, state="<b>")) == 4


@pytest.mark.world
def test_deliveries_are_filtered_by_account(world: World) -> None:
    assert page(world).select(".inbox-accounts") == []
    other = Connection.objects.create(
        organisation=world.organisation, name="North", endpoint_key="n" * 43, connected_at=factories.NOW
    )
    keep(world, "here")
    keep(world, "north", connection=other)
    soup = page(world)
    assert [chip.get_text() for chip in soup.select(".inbox-accounts .chip")] == [
        "All accounts",
        "Greenhouse",
        "North",
    ]
    assert listed(world, connection=other.pk) == ["north"]
    stranger = Connection.objects.create(
        organisation=factories.organisation(), endpoint_key="s" * 43, connected_at=factories.NOW
    )
    assert listed(world, connection=stranger.pk) == ["north", "here"]


@pytest.mark.world
def test_pages_follow_each_other_both_ways(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    for number in range(5):
        keep(world, f"event_{number}", state=State.FAILED)

    def turn(soup: BeautifulSoup, rel: str) -> BeautifulSoup | None:
        link = soup.select_one(f"nav.pager a[rel={rel}]")
        if link is None:
            return None
        answer = signed_in(world.role.owner).get(url(world) + str(link["href"]))
        return BeautifulSoup(answer.content, "html.parser")

    def codes(soup: BeautifulSoup) -> list[str]:
        return [code.get_text()[-1] for code in soup.select("tbody .inbox-code")]

    first = page(world, state="failed", q="event_")
    assert codes(page(world, state="failed")) == ["4", "3"]
    assert codes(first) == []  # only full codes match
    first = page(world, state="failed")
    assert turn(first, "prev") is None
    second = turn(first, "next")
    assert second is not None
    assert codes(second) == ["2", "1"]
    third = turn(second, "next")
    assert third is not None
    assert codes(third) == ["0"]
    assert turn(third, "next") is None
    back = turn(third, "prev")
    assert back is not None
    assert codes(back) == ["2", "1"]
    start = turn(back, "prev")
    assert start is not None
    assert codes(start) == ["4", "3"]
    assert turn(start, "prev") is None


@pytest.mark.matrix
@pytest.mark.parametrize("odd", ["x", "-1", "9" * 30, "²", ""])
def test_an_invalid_page_position_shows_the_first_page(world: World, odd: str) -> None:
    keep(world, "here")
    assert listed(world, before=odd) == ["here"]
    assert listed(world, after=odd) == ["here"]


def test_a_waiting_delivery_shows_its_next_try(world: World) -> None:
    keep(world, state=State.RECEIVED, attempts=2, not_before=clock.now() + timedelta(minutes=5))
    row = page(world).select_one("tbody tr")
    assert row is not None
    assert "next try" in row.get_text()


@pytest.mark.world
def test_an_empty_list_says_why(world: World) -> None:
    assert "No deliveries yet" in page(world).get_text()
    assert "No delivery has this state." in page(world, state="failed").get_text()
    assert "No delivery matches “<zoe>”" in page(world, q="<zoe>").get_text()


@pytest.mark.world
def test_the_list_needs_the_same_queries_for_one_row_and_three(world: World) -> None:
    admin = signed_in(world.role.owner)
    counts = []
    for extra in (1, 2):
        for _ in range(extra):
            world.apply()
        world.deliver()
        with CaptureQueriesContext(database) as asked:
            admin.get(url(world))
        counts.append(len(asked))
    assert counts[0] == counts[1]


# --- one delivery ---


@pytest.mark.world
def test_a_delivery_shows_its_effects(world: World) -> None:
    remote = world.apply(first_name="Ada", last_name="Lovelace")
    world.move(remote, ASSESSMENT)
    world.deliver()
    event = Delivery.objects.of(world.organisation).order_by("pk")[0]
    text = " ".join(page(world, "greenhouse_delivery", event.pk).get_text(" ").split())
    assert f"Ada Lovelace · {world.role.title} First seen, Entered a stage" in text
    assert AuditEntry.objects.of(world.organisation).last().action == "greenhouse.delivery_viewed"  # type: ignore[union-attr]


@pytest.mark.world
def test_effects_on_erased_applications_are_shown_without_a_link(world: World) -> None:
    event = keep(world, caused=[{"application": 5, "events": ["application.hired"]}, {"role": 6}])
    text = " ".join(page(world, "greenhouse_delivery", event.pk).get_text(" ").split())
    assert "No longer here: Hired" in text


def test_an_affected_role_is_linked(world: World) -> None:
    event = keep(world, "job_updated", caused=[{"role": world.role.pk}])
    link = page(world, "greenhouse_delivery", event.pk).select_one(".kv li a")
    assert link is not None
    assert (link["href"], link.get_text()) == (url(world, "role", world.role.pk), world.role.title)


@pytest.mark.matrix
@pytest.mark.parametrize(
    ("body", "laid_out", "as_received"),
    [
        (b'{"a":"<b>Zo\\u00eb</b>"}', '{\n  "a": "<b>Zoë</b>"\n}', '{"a":"<b>Zo\\u00eb</b>"}'),
        (b'{"a":"\\ud800"}', '{\n  "a": "\\ud800"\n}', '{"a":"\\ud800"}'),
        (b'{"a":"\\u0000"}', '{\n  "a": "\\u0000"\n}', '{"a":"\\u0000"}'),
        (b'{"a\xff', '{"a\\xff', '{"a\\xff'),
        (b"", "", ""),
        (b"[" * 90_000, "[" * 90_000, "[" * 90_000),
    ],
)
def test_any_body_is_shown_indented_and_as_received(
    world: World, body: bytes, laid_out: str, as_received: str
) -> None:
    event = keep(world, body=body)
    shown = page(world, "greenhouse_delivery", event.pk).select("pre")
    assert [pre.get_text() for pre in shown] == [laid_out, as_received]


@pytest.mark.world
def test_a_very_long_body_is_cut(world: World) -> None:
    event = keep(world, body=json.dumps({"a": ["x"] * 200_000}).encode())
    for pre in page(world, "greenhouse_delivery", event.pk).select("pre"):
        assert len(pre.get_text()) < 201_000
        assert pre.get_text().endswith("…")


def test_an_erased_body_says_so(world: World) -> None:
    event = keep(world, body_erased_at=clock.now())
    soup = page(world, "greenhouse_delivery", event.pk)
    assert "The body was erased with the candidate's data" in soup.get_text()
    assert len(soup.select("pre")) == 1


# --- replay ---


def test_a_replay_is_audited(world: World) -> None:
    event = keep(world, state=State.FAILED, attempts=5, faults=5)
    signed_in(world.role.owner).post(url(world, "greenhouse_replay", event.pk))
    event.refresh_from_db(from_queryset=Delivery.objects.of(world.organisation))
    assert (event.state, event.attempts, event.faults) == ("received", 0, 0)
    entry = AuditEntry.objects.of(world.organisation).last()
    assert entry is not None
    assert (entry.action, entry.details) == ("greenhouse.delivery_replayed", {"event": event.pk})
    assert waiting() == [("greenhouse.inbox", {})]


@pytest.mark.world
def test_replaying_all_failed_deliveries_shows_their_number_first(world: World) -> None:
    for state in (State.FAILED, State.FAILED, State.HANDLED):
        keep(world, state=state)
    assert "Replay 2 deliveries" in page(world, "greenhouse_replay_failed").get_text()
    answer = signed_in(world.role.owner).post(url(world, "greenhouse_replay_failed"), follow=True)
    assert "2 deliveries are being processed again." in answer.content.decode()
    entry = AuditEntry.objects.of(world.organisation).last()
    assert entry is not None
    assert (entry.action, entry.details) == (
        "greenhouse.failed_replayed",
        {"deliveries": 2, "connection": None},
    )
    world.work()
    assert [state for state, _ in world.inbox()] == ["handled"] * 3
    assert "No failed deliveries" in page(world, "greenhouse_replay_failed").get_text()


def test_only_failures_of_the_chosen_account_are_replayed(world: World) -> None:
    other = Connection.objects.create(
        organisation=world.organisation, name="North", endpoint_key="n" * 43, connected_at=factories.NOW
    )
    keep(world, state=State.FAILED)
    keep(world, state=State.FAILED, connection=other)
    address = f"{url(world, 'greenhouse_replay_failed')}?connection={other.pk}"
    assert "1 delivery from North failed." in signed_in(world.role.owner).get(address).content.decode()
    signed_in(world.role.owner).post(address)
    assert [state for state, _ in world.inbox()] == ["failed", "received"]


@pytest.mark.parametrize(
    ("name", "method"),
    [
        ("greenhouse_inbox", "get"),
        ("greenhouse_delivery", "get"),
        ("greenhouse_replay", "post"),
        ("greenhouse_replay_failed", "get"),
        ("greenhouse_replay_failed", "post"),
    ],
)
def test_only_admins_may_see_and_replay_deliveries(world: World, name: str, method: str) -> None:
    event = keep(world, state=State.FAILED)
    address = url(world, name, *([event.pk] if name in {"greenhouse_delivery", "greenhouse_replay"} else []))
    stranger = factories.member(factories.organisation(), kind="admin")
    lower = [factories.member(world.organisation, kind=kind) for kind in ("recruiter", "hiring_manager")]
    before = AuditEntry.objects.of(world.organisation).count()
    for member, status in [(stranger, 404), (lower[0], 403), (lower[1], 403)]:
        assert getattr(signed_in(member), method)(address).status_code == status
    then = address if method == "get" else "/"
    assert getattr(Client(), method)(address)["Location"] == f"/accounts/login/?next={then}"
    assert [state for state, _ in world.inbox()] == ["failed"]
    assert AuditEntry.objects.of(world.organisation).count() == before


def test_a_delivery_of_another_organisation_is_not_found(world: World) -> None:
    event = keep(world, state=State.FAILED)
    stranger = factories.member(factories.organisation(), kind="admin")
    there = world.organisation.slug, stranger.organisation.slug
    address = url(world, "greenhouse_delivery", event.pk).replace(*there)
    assert signed_in(stranger).get(address).status_code == 404
    assert signed_in(stranger).post(f"{address}replay/").status_code == 404
    signed_in(stranger).post(url(world, "greenhouse_replay_failed").replace(*there))
    assert [state for state, _ in world.inbox()] == ["failed"]


def test_every_possible_effect_has_a_label() -> None:
    said = {name for name in FLOW if name.startswith(("application.", "candidate.", "erasure."))}
    assert said - {"application.added", "erasure.done"} == set(queries.EVENT_LABELS)
    assert len(set(LABELS.values())) == len(LABELS)
