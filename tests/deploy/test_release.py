"""`make release`: a version's notes, and refusals. The wheels are tested by the command itself."""

import pytest
import release

LOG = """# Changelog

## [0.2.0] - 2027-01-10

### Added

- Something.

## [0.1.0] - 2026-12-01

- The first.
"""


def test_the_notes_are_the_changelogs_section() -> None:
    assert release.notes("0.2.0", LOG) == "### Added\n\n- Something.\n"
    assert release.notes("0.1.0", LOG) == "- The first.\n"


@pytest.mark.parametrize("text", [LOG, "## [0.3.0]\n\n## [0.2.0]\n\n- Something.\n"])
def test_a_version_without_notes_is_refused(text: str) -> None:
    with pytest.raises(release.CannotRelease) as refused:
        release.notes("0.3.0", text)
    assert str(refused.value) == "CHANGELOG.md has no section [0.3.0]."


def test_the_changelog_has_notes_for_the_version_of_both_projects() -> None:
    assert release.notes(release.version_of_both(), release.changelog())
