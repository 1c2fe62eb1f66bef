"""`make up`: the embedded services, the migrations, and the product's processes, until Ctrl-C."""

import argparse
import contextlib
import os
import signal
import socket
import sys
import time
import urllib.request

from helpdesk.embedded import programs
from helpdesk.embedded.environment import ensure_secrets, service_environment, write_private
from helpdesk.embedded.errors import LaunchError, OccupiedError
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import BASE_DIR, Layout, claim_data_dir, requested_data_dir
from helpdesk.embedded.processes import Guard
from helpdesk.embedded.programs import HOST, Commands, Options
from helpdesk.embedded.services import Services, lock, make_directory
from helpdesk.embedded.supervisor import StopRequested, Supervisor

_STARTED = time.monotonic()
_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def main(arguments: list[str] | None = None) -> int:
    """Run until stopped. Exit status 0 after a stop, 2 where a port or the data directory is taken, else 1."""
    parser = argparse.ArgumentParser(prog="launcher", description=__doc__)
    parser.add_argument("--services-only", action="store_true", help="only PostgreSQL and Valkey")
    services_only = parser.parse_args(arguments).services_only
    try:
        return _launch(services_only=services_only)
    except StopRequested:
        say("stopped")
        return 0
    except LaunchError as error:
        print(f"\n{error}", file=sys.stderr, flush=True)
        return error.exit_code


def say(message: str) -> None:
    """Print a line with the seconds since the start."""
    print(f"[{time.monotonic() - _STARTED:6.2f} s] {message}", flush=True)


def require_free_ports(options: Options) -> None:
    """Refuse to start beside something that listens where we want to."""
    wanted = [(HOST, options.port, "PORT"), (options.smtp_host, options.smtp_port, "SMTP_PORT")]
    for host, port, name in wanted:
        family = socket.AF_INET6 if ":" in host else socket.AF_INET
        with socket.socket(family) as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host.strip("[]"), port))
            except OSError as error:
                raise OccupiedError(
                    f"Port {port} on {host} cannot be used ({error.strerror}). Take another one: make up {name}=<port>"
                ) from None


def takes_mail(options: Options) -> bool:
    """Whether an SMTP server greets there (RFC 5321, 3.1)."""
    address = (options.smtp_host.strip("[]"), options.smtp_port)
    with contextlib.suppress(OSError), socket.create_connection(address, timeout=2) as connection:
        return connection.recv(4) == b"220 "
    return False


def _launch(*, services_only: bool) -> int:
    options = Options.from_environment()
    if bool(os.environ.get("DATABASE_URL")) is not bool(os.environ.get("DATABASE_OWNER_URL")):
        raise LaunchError("DATABASE_URL (the application's role) and DATABASE_OWNER_URL go together: set both.")
    layout, service_user = claim_data_dir(requested_data_dir())
    held = lock(layout, service_user)
    if not services_only:
        require_free_ports(options)
    guard = Guard(hold=held)
    supervisor = Supervisor(guard, say)
    for number in _SIGNALS:
        signal.signal(number, lambda _number, _frame: supervisor.request_stop())
    try:
        secrets = ensure_secrets(layout, service_user)
        Services(layout, service_user, supervisor).start()
        say(f"services ready; data in {layout.data}, user {service_user.name}")
        if not services_only:
            env = {**secrets, **os.environ, **service_environment(layout), **options.environment()}
            _start_product(layout, service_user, env, options, supervisor)
        while True:
            supervisor.check()
            supervisor.pause()
    finally:
        supervisor.stop()
        guard.close()


def _start_product(
    layout: Layout, service_user: Identity, env: dict[str, str], options: Options, supervisor: Supervisor
) -> None:
    user = _program_user(layout, service_user)
    if user.drops:
        env["HOME"] = str(layout.data)
    _prepare(Commands(layout, user, env), service_user, options, supervisor)
    # What talks to the network never learns the address of the role that owns the tables.
    running = Commands(layout, user, {name: value for name, value in env.items() if name != "DATABASE_OWNER_URL"})
    for program in running.long_running(options):
        supervisor.start(program)
    supervisor.wait_until(lambda: _is_healthy(options.port), what="The web server")
    supervisor.wait_until(lambda: takes_mail(options), what="The mail listener")
    _tell_addresses(layout, options)


def _program_user(layout: Layout, service_user: Identity) -> Identity:
    """The services' user, unless the checkout is closed to it, or root has written files already: then root."""
    if layout.files.exists() and layout.files.stat().st_uid not in (service_user.uid, os.geteuid()):
        raise LaunchError(f"{layout.files} belongs to {Identity.of(layout.files.stat().st_uid).name}, not to you.")
    written_by_root = layout.files.exists() and layout.files.stat().st_uid == 0
    user = Identity.current() if written_by_root else service_user.of_programs(BASE_DIR)
    if user == service_user:
        return user
    where = f"{BASE_DIR} and {os.path.realpath(sys.executable)}"
    say(f"note: {service_user.name} cannot read both {where}; so web and workers run as root")
    return user


def _prepare(commands: Commands, service_user: Identity, options: Options, supervisor: Supervisor) -> None:
    layout = commands.layout
    for directory in (layout.files, layout.static):
        make_directory(directory, commands.identity)
    steps = [commands.migrate()]
    fingerprint, stamp = programs.static_fingerprint(), programs.stamp_path(layout)
    if not stamp.exists() or stamp.read_text() != fingerprint:
        steps.append(commands.collect_static())
    supervisor.run(steps)
    write_private(layout, service_user, stamp.name, fingerprint.encode())
    say("database and static files ready")
    if options.demo:
        supervisor.run([commands.demo()])
        say("demo ready")


def _is_healthy(port: int) -> bool:
    with contextlib.suppress(OSError), urllib.request.urlopen(f"http://{HOST}:{port}/healthz", timeout=2):
        return True
    return False


def _tell_addresses(layout: Layout, options: Options) -> None:
    names = ("acme", "globex") if options.demo else ("<tenant>",)
    lines = [
        f"Vaste is ready after {time.monotonic() - _STARTED:.1f} s. Ctrl-C stops it.",
        "",
        *(f"  http://{name}.localhost:{options.port}" for name in names),
        f"  mail in by SMTP: {options.smtp_host}:{options.smtp_port}",
    ]
    sign_ins = layout.data / "demo.txt"
    if options.demo and sign_ins.exists():
        lines += ["", sign_ins.read_text().rstrip()]
    print("", *lines, "", sep="\n", flush=True)


if __name__ == "__main__":
    sys.exit(main())
