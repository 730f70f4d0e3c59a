"""Each setting is documented once."""

import ast
import re

from tests.architecture.source import ROOT, calls, names_and_texts, nodes, texts

READERS = (
    "text",
    "number",
    "flag",
    "words",
    "port",
    "choice",
    "secret_key",
    "address",
    "base_url",
    "service_url",
    "scanner",
)
NAME = re.compile(r"(GOODWORD_[A-Z0-9_]+|DATABASE_URL|[A-Z]+(_[A-Z]+)?_PORT)")
ROW = re.compile(r"^\| `([A-Z0-9_]+)` \| (.+?) \| (.+) \|$", re.MULTILINE)


def read() -> set[str]:
    """Names that Goodword's programs read from the environment."""
    asked = {text for _, call in calls(*READERS) if call.args for text in texts(call.args[0])}
    looked_up = {
        text
        for node, reader in [
            *((node, node.func) for _, node in nodes(ast.Call)),
            *((node, node.value) for _, node in nodes(ast.Subscript)),
        ]
        if any("environ" in word for word in names_and_texts(reader))
        for text in texts(node)
    }
    return {name for name in asked | looked_up if NAME.fullmatch(name)}


def test_every_setting_is_documented_and_no_other() -> None:
    rows = ROW.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    names = [name for name, _, _ in rows]
    assert sorted(names) == sorted(read())
    assert len(names) == len(set(names))


def test_settings_required_in_production_are_marked_as_needed() -> None:
    rows = ROW.findall((ROOT / "docs" / "settings.md").read_text(encoding="utf-8"))
    assert {name for name, default, _ in rows if "**needed**" in default} == {
        "GOODWORD_BASE_URL",
        "GOODWORD_TRUSTED_PROXIES",
        "GOODWORD_SECRET_KEY",
        "GOODWORD_FIELD_KEYS",
        "GOODWORD_SMTP_URL",
        "GOODWORD_MAIL_FROM",
        "GOODWORD_HELP_CONTACT",
    }
