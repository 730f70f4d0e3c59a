"""Log lines and the access log: ids, no tokens, no personal data."""

import asyncio
import gc
import io
import json
import logging
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, resolve

from goodword.core import process, telemetry
from tests.support import factories
from tests.support.pages import signed_in

NAME, ADDRESS = "Zuleika Nachtigall", "zuleika@nachtigall.example"
TOKEN = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFG"
#: text arguments of URLs that are not secret
PUBLIC = {"slug", "provider", "provider_id", "organization_slug"}


@pytest.fixture
def written() -> Iterator[io.StringIO]:
    """All later log lines, as JSON."""
    out, root = io.StringIO(), logging.getLogger()
    handler = logging.StreamHandler(out)
    handler.setFormatter(telemetry.JsonFormatter())
    handler.addFilter(telemetry.OneLineRefusals())
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.INFO)
    yield out
    root.removeHandler(handler)
    root.setLevel(level)


def lines(out: io.StringIO) -> list[dict[str, Any]]:
    return [json.loads(line) for line in out.getvalue().splitlines()]


def routes(resolver: URLResolver, before: str = "") -> Iterator[tuple[str, URLPattern]]:
    for url_pattern in resolver.url_patterns:
        path = before + str(url_pattern.pattern)
        if isinstance(url_pattern, URLResolver):
            yield from routes(url_pattern, path)
        else:
            yield path, url_pattern


def test_every_text_in_a_url_is_either_public_or_redacted() -> None:
    unknown = {
        (name, path)
        for path, one in routes(get_resolver())
        for name, converter in one.pattern.converters.items()
        if type(converter).__name__ in {"StringConverter", "PathConverter", "SlugConverter"}
        and name not in {*PUBLIC, *telemetry.SECRET_ARGUMENTS}
        and not path.startswith("o/")  # those of members need a session
    }
    assert not unknown


@pytest.mark.parametrize(
    "path",
    [
        f"/p/{TOKEN}/assessment/1/item/2/",
        f"/r/{TOKEN}/questions/3/",
        f"/hooks/greenhouse/{TOKEN}/",
        "/accounts/password/reset/key/1-secret/",
    ],
)
def test_secrets_of_a_resolved_path_are_redacted(path: str) -> None:
    shown = telemetry.safe_path(path, resolve(path))
    assert "[redacted]" in shown
    assert TOKEN not in shown
    assert "secret" not in shown


def test_a_users_short_id_does_not_split_the_key_of_a_new_password() -> None:
    path = "/accounts/password/reset/key/e-secret/"
    assert telemetry.safe_path(path, resolve(path)) == "/accounts/password/reset/key/e-[redacted]/"


def test_long_parts_of_an_unknown_path_are_redacted() -> None:
    assert telemetry.safe_path(f"/q/{TOKEN}/x/", None) == "/q/[redacted]/x/"


def test_a_long_path_without_a_slash_is_redacted() -> None:
    assert telemetry.safe_path(TOKEN, None) == "[redacted]"


def test_addresses_in_an_unknown_path_are_redacted() -> None:
    assert telemetry.safe_path("/q/a@b.example/x/", None) == "/q/[address]/x/"


def test_addresses_are_redacted_in_a_line_of_any_length() -> None:
    """This took minutes, and anybody can ask for a long path."""
    path = "/aaaaaaaaaaaaaaa" * 15_000
    assert telemetry.without_addresses(f"{path} a@b.example,x=c@d.example") == f"{path} [address],x=[address]"


def test_a_path_cannot_start_a_new_log_line() -> None:
    assert telemetry.safe_path("/x\nERROR y/", None) == "/x?ERROR y/"
    path = "/accounts/password/reset/key/1-abc\x07-0123456789abcdef\x07/"
    assert "0123" not in telemetry.safe_path(path, resolve(path))


def test_an_unknown_path_with_a_token_is_redacted_by_every_logger(db: None, written: io.StringIO) -> None:
    assert Client().get(f"/Q/{TOKEN}/").status_code == 404
    assert [line["logger"] for line in lines(written)] == ["goodword.access", "django.request"]
    assert TOKEN not in written.getvalue()


@pytest.mark.parametrize("path", [f"/q\\{TOKEN}", f"/q/{TOKEN}/é"])
def test_an_unknown_path_that_django_escapes_is_redacted_too(
    db: None, written: io.StringIO, path: str
) -> None:
    assert Client().get(path).status_code == 404
    assert TOKEN not in written.getvalue()


def test_an_error_keeps_its_class_and_place_but_not_its_message(written: io.StringIO) -> None:
    log = logging.getLogger("goodword.tests")
    try:
        try:
            raise KeyError(NAME)
        except KeyError as error:
            raise ValueError(f"{NAME} is unknown") from error
    except ValueError as error:
        log.exception("%s failed for %s: %s", "import", ADDRESS, error)
    (line,) = lines(written)
    assert line["message"] == "import failed for [address]: ValueError"
    assert [one["type"] for one in line["error"]] == ["builtins.ValueError", "builtins.KeyError"]
    assert line["error"][0]["at"][0].endswith("test_an_error_keeps_its_class_and_place_but_not_its_message")
    assert NAME not in written.getvalue()


def test_an_uncaught_error_is_a_line_without_its_message(written: io.StringIO) -> None:
    process.log_uncaught(ValueError, ValueError(NAME), None)
    [line] = lines(written)
    assert line["error"] == [{"type": "builtins.ValueError", "at": []}]
    assert NAME not in written.getvalue()


def test_an_ignored_error_is_a_line_without_its_message(written: io.StringIO) -> None:
    class Row:
        def __del__(self) -> None:
            raise ValueError(NAME)

    before, sys.unraisablehook = sys.unraisablehook, process.log_ignored
    try:
        Row().__del__  # noqa: B018 - the row is deleted at once
    finally:
        sys.unraisablehook = before
    [line] = lines(written)
    assert (line["level"], line["error"][0]["type"]) == ("ERROR", "builtins.ValueError")
    assert NAME not in written.getvalue()


def test_a_warning_is_a_line_without_its_message(written: io.StringIO) -> None:
    process.log_warning(UserWarning(f"Unexpected value: {NAME}"), UserWarning, process.__file__, 1)
    [line] = lines(written)
    code = Path(process.__file__).read_text().partition("\n")[0]
    assert (line["level"], line["message"]) == ("WARNING", f"A warning at {process.__file__}:1 ({code})")
    assert line["error"] == [{"type": "builtins.UserWarning", "at": []}]
    assert NAME not in written.getvalue()


def test_the_log_as_text_has_the_message_of_a_warning(caplog: pytest.LogCaptureFixture) -> None:
    process.log_warning(UserWarning("Unexpected value: 7"), UserWarning, "src/rows.py", 12)
    assert "A warning at src/rows.py:12 (source not found)\nUserWarning: Unexpected value: 7\n" in caplog.text


def test_a_failed_task_is_a_line_without_its_error(written: io.StringIO) -> None:
    async def fail() -> None:
        raise ValueError(NAME)

    async def forget() -> None:
        asyncio.create_task(fail())  # noqa: RUF006 - as a library would
        await asyncio.sleep(0)
        await asyncio.sleep(0)

    asyncio.run(forget())
    gc.collect()
    [line] = lines(written)
    assert line["message"] == "Task exception was never retrieved"
    assert line["error"][0]["type"] == "builtins.ValueError"
    assert NAME[:4] not in written.getvalue()


@pytest.mark.django_db
def test_an_sql_error_keeps_its_code_and_constraint_but_no_values(written: io.StringIO) -> None:
    person = factories.candidate(factories.organisation(), first_name=NAME)
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute("CREATE UNIQUE INDEX tests_name ON candidates_candidate (first_name)")
            cursor.execute(
                "INSERT INTO candidates_candidate (organisation_id, first_name, last_name, preferred_name, email, "
                "company, title, can_email, private, language, chosen_language, created_at) "
                "SELECT organisation_id, first_name, last_name, preferred_name, email, company, title, can_email, "
                "private, language, chosen_language, created_at FROM candidates_candidate WHERE id = %s",
                [person.pk],
            )
    except IntegrityError:
        logging.getLogger("goodword.tests").exception("%s could not be copied", person)
    (line,) = lines(written)
    assert line["message"] == f"Candidate {person.pk} could not be copied"
    assert [one.get("sqlstate") for one in line["error"]] == [None, "23505"]
    assert NAME not in written.getvalue()


@pytest.mark.django_db
def test_lines_of_a_request_name_it_its_route_and_its_organisation(written: io.StringIO) -> None:
    member = factories.member(factories.organisation())
    response = signed_in(member).get(f"/o/{member.organisation.slug}/roles/", {"q": NAME})
    (line,) = lines(written)
    assert response.headers["X-Request-ID"] == line["request"]
    expected = {
        "method": "GET",
        "path": f"/o/{member.organisation.slug}/roles/",
        "route": "roles",
        "status": 200,
    }
    assert expected.items() <= line.items()
    assert line["organisation"] == member.organisation_id
    assert NAME not in written.getvalue()


@pytest.mark.django_db
def test_a_failing_page_logs_its_reference_and_no_personal_data(
    written: io.StringIO, monkeypatch: pytest.MonkeyPatch
) -> None:
    member = factories.member(factories.organisation(name=NAME))
    client = signed_in(member)
    client.raise_request_exception = False

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError(f"{NAME} <{ADDRESS}>")

    monkeypatch.setattr("goodword.workspace.role.views.render", fail)
    client.get(f"/o/{member.organisation.slug}/roles/", {"q": ADDRESS})
    failed, access = lines(written)
    assert failed["error"][0]["type"] == "builtins.RuntimeError"
    assert (failed["organisation"], failed["request"]) == (member.organisation_id, access["request"])
    assert failed["reference"]
    assert access["status"] == 500
    assert NAME not in written.getvalue()
    assert ADDRESS not in written.getvalue()
