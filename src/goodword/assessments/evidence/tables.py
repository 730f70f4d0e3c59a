"""The parts of the evidence that are of no single person: norms, calibrations, reliability, versions."""

import json
from importlib.metadata import version

from goodword.accounts.models import Organisation
from goodword.assessments.content import content_of
from goodword.assessments.evidence.folder import Folder
from goodword.assessments.kinds.reasoning.families import FAMILIES
from goodword.assessments.models import Calibration, NormGroup, Test
from goodword.assessments.norms.figures import reliability_by_scale
from goodword.assessments.norms.first_attempts import FirstAttempt, first_attempts, taken_parts
from goodword.assessments.norms.making import newest_calibration
from goodword.assessments.psychometrics.versions import SCORING


def write_standards(folder: Folder, organisation: Organisation) -> None:
    """All norm groups and calibrations: an earlier one may be fixed with a role."""
    groups = NormGroup.objects.of(organisation).select_related("norm_set__test").order_by("pk")
    with folder.lines("norms.jsonl") as row:
        for group in groups:
            row(
                {
                    "norm_group": group.pk,
                    "test": group.norm_set.test.key,
                    "version": group.norm_set.version,
                    "form": group.norm_set.form,
                    "number": group.norm_set.number,
                    "language": group.language,
                    "device": group.device,
                    "n": group.n,
                    "tables": group.tables,
                }
            )
    with folder.lines("calibrations.jsonl") as row:
        for made in Calibration.objects.of(organisation).select_related("test").order_by("pk"):
            row(
                {
                    "calibration": made.pk,
                    "test": made.test.key,
                    "version": made.version,
                    "number": made.number,
                    "n": made.n,
                    "content": made.content,
                }
            )


def write_reliability(folder: Folder, organisation: Organisation) -> None:
    """How reliable each scale is in the first attempts there are, however few; in groups as norms have them."""
    columns = ("test", "version", "form", "language", "device", "scale", "people", "reliability", "way")
    with folder.table("reliability.csv", (*columns, "alpha", "omega")) as row:
        for test in Test.objects.of(organisation).select_related("organisation").order_by("key"):
            groups: dict[tuple[str, str, str, str], list[FirstAttempt]] = {}
            for one in first_attempts(test, by_form=True):
                groups.setdefault((one.version, one.form, one.language, one.device), []).append(one)
            for key, firsts in sorted(groups.items()):
                people = list(taken_parts(organisation, [one.part_id for one in firsts]))
                found = reliability_by_scale(
                    content_of(people[0].part.version),
                    key[1],
                    people,
                    calibration=newest_calibration(test, key[0]),
                )
                for scale, reliable in found.items():
                    row(
                        {
                            "test": test.key,
                            **dict(zip(("version", "form", "language", "device"), key, strict=True)),
                            "scale": scale,
                            "people": reliable.n,
                            "reliability": reliable.value,
                            "way": reliable.way,
                            "alpha": reliable.alpha,
                            "omega": reliable.omega,
                        }
                    )


def write_versions(folder: Folder) -> None:
    """By which rules and by which families, in this program."""
    found = {
        "goodword": version("goodword"),
        "scoring": dict(SCORING),
        "families": {family.id: family.version for family in FAMILIES.values()},
    }
    folder.write("versions.json", json.dumps(found, indent=2, sort_keys=True) + "\n")
