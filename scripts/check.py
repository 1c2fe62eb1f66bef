"""`make check`: everything that needs no running service, in the order in which it is quickest to know.

Goes on after a failure, prints one line a step and the output of the steps that failed.
"""

import os
import subprocess
import sys
import time
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(BASE_DIR))

from helpdesk.embedded.environment import placeholder_environment  # noqa: E402 - the path comes first

TOOLS = Path(sys.executable).parent


def steps() -> list[tuple[str, list[str]]]:
    """Name and command of each step."""
    templates = sorted(str(path.relative_to(BASE_DIR)) for path in (BASE_DIR / "templates").rglob("*.html"))
    return [
        ("format", [str(TOOLS / "ruff"), "format", "--check", "--quiet", "."]),
        ("lint", [str(TOOLS / "ruff"), "check", "--quiet", "."]),
        ("templates", [str(TOOLS / "djade"), "--check", "--target-version", "5.2", *templates]),
        ("types", [str(TOOLS / "mypy"), "."]),
        ("imports", [str(TOOLS / "lint-imports")]),
        ("licences", [sys.executable, "scripts/licences.py"]),
        ("migrations", [sys.executable, "manage.py", "makemigrations", "--check", "--dry-run"]),
        ("translations", [sys.executable, "scripts/check_translations.py"]),
        ("containers", [sys.executable, "scripts/check_containers.py"]),
    ]


def main() -> int:
    """Run the steps, or those named on the command line. Exit status 1 if one failed."""
    env = {**placeholder_environment(), **os.environ}
    failed = []
    for name, command in steps():
        if len(sys.argv) > 1 and name not in sys.argv[1:]:
            continue
        started = time.monotonic()
        result = subprocess.run(
            command, cwd=BASE_DIR, env=env, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, check=False
        )
        verdict = "ok" if result.returncode == 0 else "FAILED"
        print(f"check: {name:<13}{verdict:<7}{time.monotonic() - started:6.1f} s", flush=True)
        if result.returncode:
            failed.append(name)
            print(result.stdout.rstrip(), flush=True)
    if failed:
        print(f"check: failed: {', '.join(failed)}")
    return bool(failed)


if __name__ == "__main__":
    sys.exit(main())
