"""What can be said of docker-compose.yml and the Dockerfile without Docker; with its compose plugin, that too."""

import re
import shutil
import subprocess
import sys
from pathlib import Path

BASE_DIR = Path(__file__).resolve().parent.parent
SERVICES = {"postgres", "redis", "migrate", "web", "worker", "polling", "beat", "smtpd"}


def main() -> int:
    """Print what is wrong. Exit status 1 if there is anything."""
    problems = [
        *compose_problems((BASE_DIR / "docker-compose.yml").read_text()),
        *dockerfile_problems((BASE_DIR / "Dockerfile").read_text(), BASE_DIR),
        *_docker_problems(),
    ]
    for problem in problems:
        print(problem)
    return bool(problems)


def compose_problems(text: str) -> list[str]:
    """Tabs, which YAML forbids; services that are missing or unknown; dependencies on services that do not exist."""
    problems = [
        f"docker-compose.yml:{number}: tab" for number, line in enumerate(text.splitlines(), 1) if "\t" in line
    ]
    block = re.search(r"^services:\n((?:(?: .*)?\n)+)", text, re.MULTILINE)
    body = block[1] if block else ""
    names = set(re.findall(r"^  ([\w-]+):", body, re.MULTILINE))
    if names != SERVICES:
        problems.append(f"docker-compose.yml: services that differ: {', '.join(sorted(names ^ SERVICES))}")
    dependencies = re.findall(
        r"^      ([\w-]+):\s*\n\s+condition:|^      ([\w-]+): \{ ?condition:", body, re.MULTILINE
    )
    wanted = {first or second for first, second in dependencies}
    return problems + [f"docker-compose.yml: no service {name}" for name in sorted(wanted - names)]


def dockerfile_problems(text: str, base: Path) -> list[str]:
    """A final user that is root, and sources of COPY that are not in the checkout."""
    users = re.findall(r"^USER (\S+)", text, re.MULTILINE)
    problems = [] if users and users[-1] not in {"root", "0"} else ["Dockerfile: runs as root"]
    for sources in re.findall(r"^COPY (?!--from)(?:--\S+ )*(.+) \S+$", text, re.MULTILINE):
        problems += [f"Dockerfile: no {name}" for name in sources.split() if not (base / name).exists()]
    return problems


def _docker_problems() -> list[str]:
    docker = shutil.which("docker")
    if not docker or subprocess.run([docker, "compose", "version"], capture_output=True, check=False).returncode:
        return []
    command = [docker, "compose", "--env-file", ".env.example", "config", "--quiet"]
    result = subprocess.run(command, cwd=BASE_DIR, capture_output=True, text=True, check=False)
    return [result.stderr.strip()] if result.returncode else []


if __name__ == "__main__":
    sys.exit(main())
