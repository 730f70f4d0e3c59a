"""`make audit`: check the locked packages against advisory databases with pip-audit.

Exit status: 0 if every package was looked up and has no known vulnerability, 1 if there is one, 3 if packages could not
be looked up. pip-audit alone reports "no known vulnerabilities" for packages it did not look up.
"""

import json
import subprocess
import sys
from typing import Any, Final

import bootstrap

#: advisory databases, in order of preference
SERVICES: Final = ("pypi", "osv")
LOCKS: Final = ("requirements.lock", "requirements-dev.lock")
CLEAN, KNOWN, UNCHECKED = 0, 1, 3


def verdict(report: dict[str, Any] | None, *, lock: str) -> tuple[int, str]:
    """Exit status and messages for pip-audit's JSON report on a lock file, or for None."""
    packages: list[dict[str, Any]] = report["dependencies"] if report else []
    checked = [package for package in packages if "vulns" in package]
    if not checked:
        return UNCHECKED, f"{lock}: nothing was checked, because no advisory database could be reached."
    known = [
        f"  {package['name']} {package['version']}: {found['id']}"
        + (f", fixed in {' or '.join(found['fix_versions'])}" if found["fix_versions"] else ", no fix yet")
        for package in checked
        for found in package["vulns"]
    ]
    lines = [f"{lock}: {len(checked)} of {len(packages)} packages checked, {len(known)} advisories."]
    missing = sorted(package["name"] for package in packages if "vulns" not in package)
    if missing:
        lines.append(f"  not checked: {', '.join(missing)}")
    return KNOWN if known else UNCHECKED if missing else CLEAN, "\n".join([*lines, *known])


def _report(python: str, service: str, lock: str) -> dict[str, Any] | None:
    done = subprocess.run(  # noqa: S603 - our own command
        [
            *(python, "-m", "pip_audit", "--vulnerability-service", service, "--requirement", lock),
            *(
                "--require-hashes",
                "--disable-pip",
                "--format",
                "json",
                "--progress-spinner",
                "off",
                "--timeout",
                "15",
            ),
        ],
        cwd=bootstrap.ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    try:
        report: dict[str, Any] = json.loads(done.stdout)
    except ValueError:  # the service could not be reached: pip-audit printed a traceback instead
        return None
    return report


def _audited(python: str, lock: str) -> tuple[int, str]:
    answer = verdict(None, lock=lock)
    for service in SERVICES:
        answer = verdict(_report(python, service, lock), lock=lock)
        if answer[0] != UNCHECKED:
            break
    return answer


def main() -> int:
    """Audit both lock files. Returns the worse exit status; 1 is worse than 3."""
    python = bootstrap.tool("audit")
    if python is None:
        print("audit: pip-audit could not be installed; see above. Nothing was checked.")
        return UNCHECKED
    statuses = []
    for lock in LOCKS:
        status, messages = _audited(str(python), lock)
        print(messages, flush=True)
        statuses.append(status)
    return KNOWN if KNOWN in statuses else max(statuses)


if __name__ == "__main__":
    sys.exit(main())
