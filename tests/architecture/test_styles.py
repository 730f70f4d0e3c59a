"""Classes in templates have a rule, and rules have a use."""

import re
from collections.abc import Iterator

from tests.architecture.source import ROOT

#: set by htmx
BY_SCRIPTS = {"htmx-request"}


def _texts(pattern: str, *folders: str) -> Iterator[str]:
    for folder in folders:
        for path in (ROOT / folder).rglob(pattern):
            if "mail" not in path.parts:  # mails have their own styles
                yield path.read_text(encoding="utf-8")


def _classes_with_rules() -> set[str]:
    styles = re.sub(r"/\*.*?\*/", "", "\n".join(_texts("*.css", "src/goodword")), flags=re.DOTALL)
    return {
        name
        for selector in re.findall(r"[^{};]+(?={)", styles)
        for name in re.findall(r"\.([a-z][\w-]*)", selector)
    }


def _words(*texts: str) -> set[str]:
    return set(re.findall(r"[a-z][\w-]*", "\n".join(texts)))


def test_classes_in_templates_have_a_rule_or_a_use() -> None:
    """A class without a rule is for scripts or tests, or has variants with rules (`x--wide`)."""
    rules = _classes_with_rules()
    bases = {name.partition("--")[0] for name in rules}
    others = _words(*_texts("*.js", "src/goodword"), *_texts("*.py", "src/goodword", "tests"))
    written = {
        name
        for text in _texts("*.html", "src/goodword")
        for value in re.findall(r'class="([^"]*)"', text)
        for name in re.sub(r"{%.*?%}", " ", re.sub(r"{{.*?}}", "…", value)).split()
        if "…" not in name and not name.endswith("--")
    }
    assert sorted(written - rules - bases - others) == []


def test_rules_are_for_classes_that_are_used() -> None:
    sources = [text for pattern in ("*.html", "*.js", "*.py") for text in _texts(pattern, "src/goodword")]
    beginnings = tuple(re.findall(r"[a-z][\w-]*-(?=[{\"'%])", "\n".join(sources)))
    unused = _classes_with_rules() - _words(*sources) - BY_SCRIPTS
    assert sorted(name for name in unused if not name.startswith(beginnings)) == []
