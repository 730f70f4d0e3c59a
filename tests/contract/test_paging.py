"""Paging by the `Link` header."""

import pytest

from goodword.greenhouse.client import UnexpectedShape
from tests.contract.moments import Moments
from tests.contract.scripted import Reply, Scripted, client


def link(url: str) -> dict[str, str]:
    """A header that names the next page."""
    return {"Link": f'<{url}>; rel="next"'}


def owner(number: int) -> dict[str, object]:
    """A row of the list."""
    return {"id": number, "job_id": 1, "user_id": number, "type": "recruiter"}


@pytest.mark.parametrize("last", [{}, {"Link": ""}, {"Link": '<https://harvest.example/v3/x>; rel="last"'}])
def test_a_list_ends_without_a_next_link(last: dict[str, str], time: Moments) -> None:
    cursor = "https://harvest.example/v3/job_owners?cursor=eyJ4In0%3D"
    scripted = Scripted(Reply(200, [owner(3)], link(cursor)), Reply(200, [owner(2)], last))
    assert [job_owner.user_id for job_owner in client("v3", scripted, time).job_owners([1])] == [3, 2]
    assert [asked.query for asked in scripted.asked] == ["per_page=500&job_ids=1", "cursor=eyJ4In0%3D"]


@pytest.mark.parametrize("job_ids", [None, [1]])
def test_pages_of_job_posts_are_shorter_since_each_has_long_texts(
    version: str, job_ids: list[int] | None, time: Moments
) -> None:
    """Each text may then be five times as long before a page is too long to be read."""
    scripted = Scripted(Reply(200, [{"id": 7, "job_id": 1, "title": "Window cleaner", "content": "<p>"}]))
    with client(version, scripted, time) as api:
        assert [(post.id, post.content) for post in api.job_posts(job_ids)] == [(7, "<p>")]
    assert scripted.asked[0].query.split("&")[0] == "per_page=100"


@pytest.mark.parametrize(
    "header",
    [
        '<{}>; rel="NEXT"',
        "<{}>; Rel=next",
        '<{}>; rel="last next"',
        '<{}>; title="page=2; the next"; rel="next"',
        '<https://harvest.example/v3/x>; rel="last" ,  <{}> ; rel="next"',
        '<{}>; rel="next", <https://harvest.example/v3/x>; rel="next"',
        '<https://harvest.example/v3/x>; rel="nextish", <{}>;rel=next',
    ],
)
@pytest.mark.parametrize("url", ["https://harvest.example/v3/job_owners?cursor=a,b;c", "?cursor=a,b;c"])
def test_a_next_link_may_be_written_in_several_ways(header: str, url: str, time: Moments) -> None:
    scripted = Scripted(Reply(200, [owner(3)], {"Link": header.format(url)}), Reply(200, [owner(2)]))
    assert [job_owner.user_id for job_owner in client("v3", scripted, time).job_owners([1])] == [3, 2]
    assert scripted.asked[1].query == "cursor=a,b;c"


def test_v1_next_links_are_followed(time: Moments) -> None:
    base = "https://harvest.example/v1/jobs?page"
    header = f'<{base}=2&per_page=2>; rel="next",<{base}=1&per_page=2>; rel="prev",<{base}=9>; rel="last"'
    scripted = Scripted(Reply(200, [{"id": 2}], {"Link": header}), Reply(200, [{"id": 1}]))
    assert [job.id for job in client("v1", scripted, time).jobs()] == [2, 1]
    assert scripted.asked[1].query == "page=2&per_page=2"


def test_an_empty_list(version: str, time: Moments) -> None:
    assert list(client(version, Scripted(Reply()), time).job_stages([1])) == []


def test_relative_links_are_followed(time: Moments) -> None:
    scripted = Scripted(Reply(200, [owner(3)], link("/v3/job_owners?cursor=x")), Reply(200, [owner(2)]))
    assert len(list(client("v3", scripted, time).job_owners([1]))) == 2


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.example/v3/job_owners?cursor=x",
        "http://harvest.example/v3/job_owners?cursor=x",
        "https://harvest.example:8443/v3/job_owners?cursor=x",
        "https://user:pass@harvest.example/v3/job_owners?cursor=x",
        "https://harvest.example/v30/job_owners?cursor=x",
        "https://harvest.example/token",
        "//evil.example/v3/",
        "https://[broken",
    ],
)
def test_links_to_other_places_are_not_followed(url: str, time: Moments) -> None:
    scripted = Scripted(Reply(200, [owner(3)], link(url)))
    with pytest.raises(UnexpectedShape):
        list(client("v3", scripted, time).job_owners([1]))
    assert len(scripted.asked) == 1


def test_repeating_pages_raise_an_error(time: Moments) -> None:
    first, second = (f"https://harvest.example/v3/job_owners?cursor={name}" for name in "ab")
    scripted = Scripted(
        Reply(200, [owner(3)], link(first)),
        Reply(200, [owner(2)], link(second)),
        Reply(200, [owner(1)], link(first)),
    )
    with pytest.raises(UnexpectedShape) as caught:
        list(client("v3", scripted, time).job_owners([1]))
    assert caught.value.detail == "The pages repeat."


def test_a_failing_page_is_retried_alone(time: Moments) -> None:
    url = "https://harvest.example/v3/job_owners?cursor=x"
    scripted = Scripted(Reply(200, [owner(3)], link(url)), Reply(500), Reply(200, [owner(2)]))
    assert len(list(client("v3", scripted, time).job_owners([1]))) == 2
    assert [asked.query for asked in scripted.asked[1:]] == ["cursor=x", "cursor=x"]


def test_ids_are_deduplicated_and_sent_in_batches_of_fifty(time: Moments) -> None:
    scripted = Scripted(Reply(), Reply(), Reply())
    assert list(client("v3", scripted, time).job_owners([*range(1, 111), 7, 8])) == []
    assert [asked.query.count("%2C") + 1 for asked in scripted.asked] == [50, 50, 10]


def test_no_ids_make_no_calls(version: str, time: Moments) -> None:
    api = client(version, Scripted(), time)
    assert [
        *api.candidates([]),
        *api.job_stages([]),
        *api.users(user_ids=[]),
        *api.applications(job_ids=[]),
    ] == []
