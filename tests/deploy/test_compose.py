"""compose.yaml and the Containerfile: their commands exist, and their settings let Goodword start."""

import os
import re
import shlex
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from goodword.cli import _parser
from goodword.core.supervise import goodword
from tests.architecture.source import ROOT

COMPOSE: dict[str, Any] = yaml.safe_load((ROOT / "compose.yaml").read_text())
SERVICES: dict[str, dict[str, Any]] = COMPOSE["services"]
OURS = {name: service for name, service in SERVICES.items() if service["image"] == "goodword"}
CONTAINERFILE = (ROOT / "Containerfile").read_text()


def filled(value: str, given: dict[str, str]) -> str:
    """`${NAME:-default}` as compose substitutes it, and `${NAME-default}`, which an empty value replaces, too."""
    return re.sub(
        r"\$\{(\w+)(:?)-([^}]*)\}",
        lambda match: (given.get(match[1]) or match[3]) if match[2] else given.get(match[1], match[3]),
        value,
    )


def instruction(name: str) -> list[str]:
    """The last `name ["a", "b"]` instruction of the Containerfile."""
    [*_, found] = re.findall(rf"\b{name} (\[.*\])", CONTAINERFILE)
    words: list[str] = yaml.safe_load(found)
    return words


def from_env_file() -> dict[str, str]:
    lines = (ROOT / "deploy" / "compose.env").read_text().splitlines()
    return dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))


@pytest.mark.programs
@pytest.mark.parametrize(
    "given",
    [
        {},
        from_env_file(),
        from_env_file()
        | {
            "SMTP_URL": "",
            "GOODWORD_MAIL_PROVIDER": "postmark",
            "GOODWORD_MAIL_PROVIDER_SETTINGS": '{"POSTMARK_SERVER_TOKEN": "secret"}',
        },
    ],
    ids=["without .env", "with the sample", "with a provider's API"],
)
def test_the_programs_start_with_the_files_that_secrets_makes(given: dict[str, str], tmp_path: Path) -> None:
    secrets = OURS["secrets"]["command"]
    assert secrets[:2] == ["make-secrets", "/secrets"]
    subprocess.run(
        [*goodword("make-secrets", str(tmp_path)), *secrets[2:]], check=True, capture_output=True, env=clean()
    )
    for name in ("migrate", "web", "worker"):
        environment = given | {
            key: filled(value, given).replace("/secrets", str(tmp_path))
            for key, value in OURS[name]["environment"].items()
        }
        done = subprocess.run(
            goodword("check", "--tag", "urls"),
            env=clean() | environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert (done.returncode, done.stdout, done.stderr) == (
            0,
            "System check identified no issues (0 silenced).\n",
            "",
        )


def test_other_settings_can_be_added_to_the_file() -> None:
    for service in OURS.values():
        assert service["env_file"] == [{"path": ".env", "required": False}]


def clean() -> dict[str, str]:
    """The environment without this test run's settings."""
    return {
        name: value
        for name, value in os.environ.items()
        if not name.startswith(("GOODWORD_", "DATABASE_", "DJANGO_"))
    }


def test_the_database_and_goodword_share_the_password_file_and_names() -> None:
    database = SERVICES["database"]["environment"]
    url = OURS["secrets"]["command"][-1]
    assert url == f"postgresql://{database['POSTGRES_USER']}@database/{database['POSTGRES_DB']}"
    assert database["POSTGRES_PASSWORD_FILE"] == "/secrets/database_password"


def test_all_commands_exist() -> None:
    commands = [service.get("command") or instruction("CMD") for service in OURS.values()]
    for command in [*commands, instruction("HEALTHCHECK .*CMD")[1:]]:
        assert _parser().parse_args(command)


def test_our_containers_write_nothing_and_have_no_privileges() -> None:
    for service in OURS.values():
        assert (service["read_only"], service["cap_drop"], service["security_opt"]) == (
            True,
            ["ALL"],
            ["no-new-privileges:true"],
        )
    assert [name for name, service in OURS.items() if "secrets:/secrets:ro" not in service["volumes"]] == [
        "secrets"
    ]
    assert "\nUSER goodword\n" in CONTAINERFILE


def test_only_the_proxy_can_be_reached_from_outside() -> None:
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["proxy"]


def test_each_service_waits_for_what_it_needs() -> None:
    waits = {
        name: service["depends_on"]
        for name, service in SERVICES.items()
        if isinstance(service.get("depends_on"), dict)
    }
    ended, healthy = "service_completed_successfully", "service_healthy"
    assert waits == {
        "database": {"secrets": {"condition": ended}},
        "migrate": {"database": {"condition": healthy}},
        "web": {"migrate": {"condition": ended}},
        "worker": {"migrate": {"condition": ended}},
    }


def test_the_proxy_uses_the_tested_sample() -> None:
    proxy = SERVICES["proxy"]
    assert "./deploy/Caddyfile:/etc/caddy/Caddyfile:ro" in proxy["volumes"]
    sample = (ROOT / "deploy" / "Caddyfile").read_text()
    assert set(re.findall(r"{\$(\w+):", sample)) == set(proxy["environment"])


def test_the_image_has_what_the_build_needs_and_no_more() -> None:
    ignored = (ROOT / ".dockerignore").read_text().splitlines()
    kept = {line[1:] for line in ignored if line.startswith("!")}
    copied = {
        word
        for line in re.findall(r"^COPY (?!--from)(.*)$", CONTAINERFILE, re.MULTILINE)
        for word in shlex.split(line)[:-1]
    }
    assert (ignored[0], kept) == ("*", copied)
    assert all((ROOT / path).exists() for path in copied)


def test_the_image_has_postgresqls_programs_of_the_servers_version() -> None:
    _, version = SERVICES["database"]["image"].split(":")
    assert f"postgresql-client-{version} " in CONTAINERFILE
    for program in ("pg_dump", "pg_restore", "psql"):
        assert f"/usr/lib/postgresql/{version}/bin/{program} " in CONTAINERFILE
