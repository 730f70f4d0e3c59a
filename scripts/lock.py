"""Compiles the lock files. They are platform-independent and name no index."""

import os
import sys

import bootstrap

FLAGS = ("--quiet", "--universal", "--generate-hashes", "--no-emit-index-url", "--python-version", "3.12")
#: installed from this tree
OURS = ("--no-emit-package", "goodword", "--no-emit-package", "greenhouse-sandbox")
LOCKS = (
    ("pyproject.toml", "-o", "requirements.lock"),
    ("--extra", "dev", *OURS, "-c", "requirements.lock", "pyproject.toml", "-o", "requirements-dev.lock"),
    ("scripts/tools.in", "-o", "scripts/tools.lock"),
    ("scripts/audit.in", "-o", "scripts/audit.lock"),
    ("scripts/release.in", "-o", "scripts/release.lock"),
    ("scripts/pdf_standards.in", "-o", "scripts/pdf_standards.lock"),
)


def main(extra: list[str]) -> int:
    """Compile all lock files; `extra` is passed to `uv pip compile`, for example `--upgrade`."""
    os.chdir(bootstrap.ROOT)
    os.environ["UV_CUSTOM_COMPILE_COMMAND"] = "make lock"
    uv = bootstrap.find_uv()
    done = [bootstrap.run(uv, "pip", "compile", *FLAGS, *lock, *extra) for lock in LOCKS]
    return 0 if all(done) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
