"""Two Greenhouse accounts of one organisation, and warnings about the same or the wrong account."""

from collections.abc import Iterator

import httpx2
import pytest
from bs4 import BeautifulSoup

from goodword.candidates.models import Candidate
from goodword.core import clock, jobs
from goodword.greenhouse.client import V1Credentials, V3Credentials
from goodword.greenhouse.models import Connection, Permission, Reconciliation, WebhookSecret
from goodword.greenhouse.setup.connections import connection_of, live_connections
from goodword.greenhouse.setup.keys import InUse, KeyCheck, account_warnings, check_all, connect, digest
from tests.contract.greenhouse import Greenhouse, open_account
from tests.greenhouse.setup.desk import Desk
from tests.greenhouse.setup.test_setting_the_key import errors
from tests.support import factories
from tests.support.jobs import waiting


@pytest.fixture
def other(desk: Desk) -> Iterator[Greenhouse]:
    """Another Greenhouse account with its own jobs and credentials."""
    account = open_account("v3")
    account.store.organisation = {"id": 4711, "name": "Borealis Travel"}
    jobs = list(account.store.jobs.rising())
    for job in jobs:
        account.store.jobs.delete(job.id)
    first = desk.line.inner
    tokens: set[str] = set()
    assert isinstance(account.credentials, V3Credentials)
    client_id = account.credentials.client_id

    class Both(httpx2.BaseTransport):
        """Routes each call to the account of its credential or token."""

        def handle_request(self, request: httpx2.Request) -> httpx2.Response:
            sent = request.headers.get("Authorization", "")
            ours = httpx2.BasicAuth(client_id, account.credentials.client_secret)._auth_header  # type: ignore[union-attr]
            if sent == ours or sent in tokens:
                response = httpx2.WSGITransport(account.sandbox).handle_request(request)
                if request.url.path == "/token":
                    response.read()
                    tokens.add(f"Bearer {response.json()['access_token']}")
                return response
            return first.handle_request(request)

    desk.line.inner = Both()  # type: ignore[assignment]  # any transport will do
    yield account
    account.sandbox.close()


def typed(account: Greenhouse) -> dict[str, str]:
    credentials = account.credentials
    assert isinstance(credentials, V3Credentials)
    return {"client_id": credentials.client_id, "client_secret": credentials.client_secret}


def notices(body: bytes) -> list[str]:
    """Title and text of each notice of the dialog."""
    page = BeautifulSoup(body, "html.parser")
    return [
        " ".join(notice.get_text(" ").split()) for notice in page.select("#key-dialog .notice[role=alert]")
    ]


def confirmed(body: bytes) -> dict[str, str]:
    page = BeautifulSoup(body, "html.parser")
    return {field["name"]: field["value"] for field in page.select("#key-form input[type=hidden]")}  # type: ignore[misc]


def linked(desk: Desk, connection: Connection, title: str, *, job_id: int) -> None:
    role = factories.role(desk.organisation, title=title)
    factories.automation(role, connection_id=connection.pk, job_id=job_id, stages={})


@pytest.mark.world
def test_a_second_account_has_its_own_card_endpoint_and_secret_key(desk: Desk, other: Greenhouse) -> None:
    first = desk.connect()
    response = desk.set_key(**typed(other))
    assert (response.status_code, response["Location"]) == (302, desk.url("integrations"))
    one, two = live_connections(desk.organisation)
    assert (one.pk, two.name, two.account_name) == (first.pk, "Borealis Travel", "Borealis Travel")
    assert one.endpoint_key != two.endpoint_key
    secrets = [secret.reveal() for secret in WebhookSecret.objects.of(desk.organisation)]
    assert len(set(secrets)) == 2
    page = BeautifulSoup(desk.client(desk.admin).get(desk.url("integrations")).content, "html.parser")
    assert [title.get_text() for title in page.select("section.card h3.card__title")] == [one.name, two.name]
    ids = [tag["id"] for tag in page.select("[id]")]
    assert len(ids) == len(set(ids))


@pytest.mark.world
def test_actions_on_one_account_leave_the_other_unchanged(desk: Desk, other: Greenhouse) -> None:
    one = desk.connect()
    desk.set_key(**typed(other))
    two = live_connections(desk.organisation)[1]

    def rows(connection: Connection) -> object:
        secrets = WebhookSecret.objects.of(desk.organisation).filter(connection=connection).order_by("pk")
        known = Permission.objects.of(desk.organisation).filter(connection=connection).order_by("pk")
        row = Connection.objects.of(desk.organisation).filter(pk=connection.pk)
        return [list(row.values()), list(secrets.values()), list(known.values())]

    before, client = rows(one), desk.client(desk.admin)
    client.post(desk.url("greenhouse_rotate", two.pk), {"keep_for": "60"})
    client.post(desk.url("greenhouse_end_old", two.pk))
    client.post(desk.url("greenhouse_rename", two.pk), {"name": "Travel"})
    desk.set_key(two.pk, **typed(other))
    client.post(desk.url("greenhouse_disconnect", two.pk))
    assert rows(one) == before
    assert [row.pk for row in live_connections(desk.organisation)] == [one.pk]
    assert connection_of(desk.organisation, two.pk) is None
    desk.set_key(two.pk, **typed(other))
    assert [row.name for row in live_connections(desk.organisation)] == [one.name, "Travel"]
    assert rows(one) == before


@pytest.mark.world
def test_a_credential_in_use_is_refused_with_the_name_of_its_account(either: Desk) -> None:
    existing = either.connect()
    Connection.objects.of(either.organisation).update(connected_by=either.recruiter)
    [line] = errors(either.set_key().content)
    assert line == (
        f"“{existing.name}” already uses this credential. For another Greenhouse account, create a credential there."
    )
    assert Connection.objects.of(either.organisation).count() == 1


def test_a_double_click_connects_once(desk: Desk) -> None:
    assert [desk.set_key().status_code, desk.set_key().status_code] == [302, 302]
    assert Connection.objects.of(desk.organisation).count() == 1


def test_an_account_that_another_admin_has_just_connected_is_refused(desk: Desk) -> None:
    trial = check_all(KeyCheck(credentials=desk.connect().credentials()))
    someone = factories.member(desk.organisation, kind="admin")
    with pytest.raises(InUse):
        connect(organisation=desk.organisation, check=trial, member=someone, now=clock.now())
    assert Connection.objects.of(desk.organisation).count() == 1


@pytest.mark.world
def test_another_key_of_a_connected_account_needs_confirmation(desk: Desk) -> None:
    existing = desk.connect()
    again = open_another_credential(desk)
    response = desk.set_key(**again)
    [line] = notices(response.content)
    assert line.startswith(f"This account is already connected “{existing.name}” is connected to it.")
    assert Connection.objects.of(desk.organisation).count() == 1
    desk.set_key(**again, **confirmed(response.content))
    assert [row.name for row in live_connections(desk.organisation)] == [existing.name, f"{existing.name} 2"]


@pytest.mark.world
def test_a_v1_key_is_recognised_by_its_visible_jobs(either: Desk) -> None:
    existing = either.connect()
    Connection.objects.of(either.organisation).update(account_name="")
    linked(either, existing, "Window Washer", job_id=next(either.greenhouse.store.jobs.rising()).id)
    [line] = notices(either.set_key(**open_another_credential(either)).content)
    assert line.startswith("This account is already connected")


@pytest.mark.world
def test_an_account_that_a_colleague_has_disconnected_is_not_reconnected_unseen(desk: Desk) -> None:
    connection = desk.connect()
    client, where = desk.client(desk.admin), desk.url("greenhouse_replace_key", connection.pk)
    shown = confirmed(client.get(where).content)
    client.post(desk.own("greenhouse_disconnect"))
    page = desk.set_key(connection.pk, **shown).content
    assert "was disconnected in the meantime. Set the key again to reconnect it." in page.decode()
    assert desk.connection().state == "disconnected"
    assert desk.set_key(connection.pk, **confirmed(page)).status_code == 302
    assert desk.connection().state == "active"


@pytest.mark.world
def test_a_disconnected_account_is_offered_instead_of_a_new_connection(desk: Desk) -> None:
    existing = desk.connect()
    desk.client(desk.admin).post(desk.own("greenhouse_disconnect"))
    response = desk.set_key()
    [line] = notices(response.content)
    assert line.startswith(f"This account was connected before Reconnect “{existing.name}” instead")
    page = BeautifulSoup(response.content, "html.parser")
    link = page.find("a", string="Reconnect it")
    assert link is not None
    assert link["href"] == f"{desk.url('greenhouse_replace_key', existing.pk)}?api=v3"


@pytest.mark.world
def test_a_key_of_another_account_names_the_affected_roles(desk: Desk, other: Greenhouse) -> None:
    existing = desk.connect()
    job_id = next(desk.greenhouse.store.jobs.rising()).id
    linked(desk, existing, "Window Washer", job_id=job_id)
    before = Connection.objects.of(desk.organisation).values().get()
    response = desk.set_key(existing.pk, **typed(other))
    account, jobs = notices(response.content)
    assert account == (
        "This key belongs to another Greenhouse account It belongs to “Borealis Travel”, "
        f"but “{existing.name}” is connected to “{existing.account_name}”. "
        f"Webhooks of “{existing.name}” would no longer match the key. Add as another account"
    )
    page = BeautifulSoup(response.content, "html.parser")
    instead = page.find_all("a", string="Add as another account")
    assert [link["href"] for link in instead] == [f"{desk.url('greenhouse_connect')}?api=v3"]
    assert jobs == (
        "This looks like the key of another Greenhouse account It can't see any of the jobs linked "
        f"through “{existing.name}”. If you use it, Goodword will stop following this role in Greenhouse: Window Washer"
    )
    assert Connection.objects.of(desk.organisation).values().get() == before
    desk.set_key(existing.pk, **typed(other), **confirmed(response.content))
    assert live_connections(desk.organisation)[0].account_name == "Borealis Travel"


@pytest.mark.world
def test_the_affected_roles_follow_their_sentence(desk: Desk, other: Greenhouse) -> None:
    existing = desk.connect()
    Connection.objects.of(desk.organisation).update(account_name="")  # not known, so only the jobs differ
    linked(desk, existing, "Window Washer", job_id=next(desk.greenhouse.store.jobs.rising()).id)
    [jobs] = notices(desk.set_key(existing.pk, **typed(other)).content)
    assert "stop following this role in Greenhouse: Window Washer Webhooks of" in jobs
    assert jobs.endswith("Add as another account")


@pytest.mark.world
def test_warnings_that_were_not_shown_need_confirmation(desk: Desk, other: Greenhouse) -> None:
    existing = desk.connect()
    response = desk.set_key(existing.pk, **typed(other), confirmed="something else")
    assert len(notices(response.content)) == 1
    assert live_connections(desk.organisation)[0].account_name == existing.account_name


@pytest.mark.world
def test_a_name_is_one_line_and_unique(desk: Desk, other: Greenhouse) -> None:
    one = desk.connect()
    desk.set_key(**typed(other))
    client, url = desk.client(desk.admin), desk.url("greenhouse_rename", one.pk)
    [line] = errors(client.post(url, {"name": "borealis  TRAVEL"}).content)
    assert line == "Name: Another account has this name. Choose a different one."
    assert errors(client.post(url, {"name": " "}).content) == ["Name: This field is required."]
    client.post(url, {"name": "  North \n and South "})
    assert live_connections(desk.organisation)[0].name == "North and South"
    assert desk.audited()[-1] == "greenhouse.renamed"


def open_another_credential(desk: Desk) -> dict[str, str]:
    """Another credential of the same account, as form input."""
    from greenhouse_sandbox.credentials import create_api_key, create_oauth_client

    store = desk.greenhouse.store
    made = {"description": "Again", "partner": "", "actor_id": store.acting_user_id, "now": store.clock.now()}
    if isinstance(desk.greenhouse.credentials, V1Credentials):
        key, secret = create_api_key(store, **made)  # type: ignore[arg-type]
        key.permissions = list(desk.greenhouse.row.permissions)
        return {"api_key": secret}
    client, secret = create_oauth_client(store, **made)  # type: ignore[arg-type]
    client.scopes = list(desk.greenhouse.row.scopes)
    return {"client_id": client.client_id, "client_secret": secret}


def known_candidate(desk: Desk, connection: Connection, account: Greenhouse, **changes: object) -> None:
    """Our copy of the account's newest candidate."""
    person = list(account.store.candidates.rising())[-1]
    factories.candidate(
        desk.organisation,
        **{"connection_id": connection.pk, "remote_id": person.id, "remote_created_at": person.created_at}
        | changes,
    )


def buttons(body: bytes) -> list[str]:
    page = BeautifulSoup(body, "html.parser")
    return [button.get_text(strip=True) for button in page.select("#key-form button")]


@pytest.mark.main_case
@pytest.mark.world
@pytest.mark.parametrize("seen", ["with other people", "not at all"])
def test_a_key_of_another_account_cannot_be_set_for_known_candidates(
    desk: Desk, other: Greenhouse, seen: str
) -> None:
    existing = desk.connect()
    known_candidate(desk, existing, other, remote_created_at=clock.now())
    if seen == "not at all":
        Candidate.objects.of(desk.organisation).update(remote_id=1)
    before = Connection.objects.of(desk.organisation).values().get()
    response = desk.set_key(existing.pk, **typed(other))
    [line] = notices(response.content)
    assert line.endswith(
        f"It can't be set for “{existing.name}”: where both accounts use the same ID, results could show under "
        "another person's name. Add as another account"
    )
    assert buttons(response.content) == ["Set"]
    desk.set_key(existing.pk, **typed(other), confirmed=digest_of(desk, existing, other))
    assert Connection.objects.of(desk.organisation).values().get() == before


@pytest.mark.world
@pytest.mark.parametrize("gone", ["erased", "merged"])
def test_erased_and_merged_candidates_do_not_prevent_a_new_key(
    desk: Desk, other: Greenhouse, gone: str
) -> None:
    existing = desk.connect()
    into = factories.candidate(desk.organisation) if gone == "merged" else None
    erased_at = clock.now() if gone == "erased" else None
    known_candidate(desk, existing, other, erased_at=erased_at, merged_into=into)
    Candidate.objects.of(desk.organisation).filter(connection_id=existing.pk).update(remote_id=1)
    response = desk.set_key(existing.pk, **typed(other))
    assert buttons(response.content) == ["Set it anyway"]
    desk.set_key(existing.pk, **typed(other), **confirmed(response.content))
    assert live_connections(desk.organisation)[0].account_name == "Borealis Travel"


def digest_of(desk: Desk, connection: Connection, account: Greenhouse) -> str:
    assert isinstance(account.credentials, V3Credentials)
    check = check_all(KeyCheck(credentials=account.credentials))
    return digest(account_warnings(check, organisation=desk.organisation, connection=connection))


@pytest.mark.world
def test_an_account_is_known_by_its_candidates_even_if_it_was_renamed(either: Desk) -> None:
    existing = either.connect()
    Connection.objects.of(either.organisation).update(account_name="Northwind, before it was renamed")
    linked(either, existing, "Window Washer", job_id=1)
    known_candidate(either, existing, either.greenhouse)
    response = either.set_key(existing.pk, **open_another_credential(either))
    [line] = notices(response.content)
    assert line.startswith("This key doesn't see all linked jobs")
    either.set_key(existing.pk, **open_another_credential(either), **confirmed(response.content))
    assert either.audited()[-1] == "greenhouse.key_set"


@pytest.mark.world
def test_an_account_whose_ids_belong_to_other_people_is_another(either: Desk) -> None:
    existing = either.connect()
    known_candidate(either, existing, either.greenhouse, remote_created_at=clock.now())
    response = either.set_key(existing.pk, **open_another_credential(either))
    [line] = notices(response.content)
    assert line.startswith(
        "This key belongs to another Greenhouse account There, the candidate IDs of "
        f"“{existing.name}” belong to other people. It can't be set for"
    )


@pytest.mark.world
def test_a_new_key_is_compared_with_candidates_whose_ids_were_taken(desk: Desk) -> None:
    existing = desk.connect()
    known_candidate(desk, existing, desk.greenhouse, id_taken_at=clock.now())
    page = desk.client(desk.admin).get(desk.own("greenhouse_health")).content.decode()
    assert "Greenhouse shows another person under the ID of 1 candidate." in page
    assert desk.set_key(existing.pk, **open_another_credential(desk)).status_code == 302
    resume = ("greenhouse.resume", {"connection_id": existing.pk, "key_set_by": desk.admin.pk})
    assert resume in waiting()  # stored with the key, in case the web server stops here
    jobs.named("greenhouse.resume").run(**resume[1])
    assert Candidate.objects.of(desk.organisation).get().id_taken_at is None
    [sync] = Reconciliation.objects.of(desk.organisation)
    assert (sync.full, sync.requested_by, sync.state) == (True, desk.admin, "running")
    Reconciliation.objects.of(desk.organisation).update(state="done")
    desk.set_key(existing.pk, **open_another_credential(desk))
    jobs.named("greenhouse.resume").run(**resume[1])
    assert Reconciliation.objects.of(desk.organisation).count() == 1  # no id was taken since
