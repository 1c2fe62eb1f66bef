"""The embedded PostgreSQL and Valkey, their addresses, and backup and restore, on real servers."""

import io
import json
import os
import signal
import stat
import subprocess
import sys
import tarfile
import time
from collections.abc import Iterator
from pathlib import Path

import environ
import psycopg
import pytest
import redis

from helpdesk.embedded import backup, environment
from helpdesk.embedded.errors import LaunchError, OccupiedError
from helpdesk.embedded.identity import Identity
from helpdesk.embedded.layout import BASE_DIR, SOCKET_PATH_LIMIT, Layout, claim_data_dir
from helpdesk.embedded.postgres import Postgres
from helpdesk.embedded.programs import can_share_semaphores
from helpdesk.embedded.services import Services, lock, make_directory
from helpdesk.embedded.supervisor import Supervisor
from tests.helpdesk.embedded_support import bare_environment, open_directory, owned, running_services

AS_ROOT = pytest.mark.skipif(os.geteuid() != 0, reason="only root has privileges to give up")


@pytest.fixture(scope="module")
def running() -> Iterator[tuple[Services, Supervisor]]:
    with open_directory() as directory, running_services(directory / "data") as started:
        yield started


@pytest.fixture
def services(running: tuple[Services, Supervisor]) -> Services:
    return running[0]


@pytest.fixture
def directory() -> Iterator[Path]:
    with open_directory() as path:
        yield path


def postgres_of(services: Services) -> Postgres:
    assert services.postgres is not None
    return services.postgres


def connect(services: Services, role: str) -> psycopg.Connection[tuple[object, ...]]:
    return psycopg.connect(services.layout.database_url(role))


def test_the_application_role_owns_nothing_and_cannot_bypass_row_level_security(services: Services) -> None:
    rows = postgres_of(services).query(
        "select rolname, rolsuper, rolbypassrls, rolcreatedb, rolcreaterole from pg_roles "
        "where rolname like 'vaste%' order by 1"
    )

    assert rows.splitlines() == ["vaste_app|f|f|f|f", "vaste_owner|f|f|t|f"]
    with connect(services, "vaste_app") as connection, pytest.raises(psycopg.errors.InsufficientPrivilege):
        connection.execute("create table intruder (id int)")


def test_the_application_role_uses_what_the_owner_creates(services: Services) -> None:
    with connect(services, "vaste_owner") as owner:
        owner.execute("create table note (id bigint generated always as identity, body text)")
    with connect(services, "vaste_app") as application:
        application.execute("insert into note (body) values ('kept')")
        found = application.execute("select id, body from note").fetchall()

    assert found == [(1, "kept")]


def test_a_test_database_grants_the_same(services: Services) -> None:
    with psycopg.connect(services.layout.database_url("vaste_owner"), autocommit=True) as owner:
        owner.execute("create database test_grants")
    with psycopg.connect(services.layout.database_url("vaste_owner", "test_grants")) as owner:
        owner.execute("create table note (body text)")
        owner.execute("set role vaste_app")
        owner.execute("insert into note values ('kept')")
        user = owner.execute("select current_user").fetchone()

    assert user == ("vaste_app",)


def test_trusted_extensions_need_no_superuser(services: Services) -> None:
    with connect(services, "vaste_owner") as owner:
        for name in ("pg_trgm", "unaccent", "btree_gist", "citext"):
            owner.execute(f"create extension {name}".encode())


def test_the_database_knows_unicode_without_the_systems_locales(services: Services) -> None:
    with connect(services, "vaste_owner") as owner:
        row = owner.execute(
            "select upper('työjono'), datlocprovider, datlocale from pg_database where datname = current_database()"
        ).fetchone()

    assert row == ("TYÖJONO", "b", "C.UTF-8")


def test_creating_the_roles_again_changes_nothing(services: Services) -> None:
    postgres = postgres_of(services)
    before = postgres.query("select count(*), max(oid) from pg_roles")

    postgres.create_roles()

    assert postgres.query("select count(*), max(oid) from pg_roles") == before


def test_the_servers_listen_on_sockets_that_only_their_user_can_reach(services: Services) -> None:
    run = services.layout.run

    assert stat.S_IMODE(run.stat().st_mode) == 0o700
    assert run.stat().st_uid == services.identity.uid
    assert postgres_of(services).query("show listen_addresses") == ""
    assert redis.Redis(unix_socket_path=str(services.layout.valkey_socket)).config_get("port") == {"port": "0"}


@AS_ROOT
def test_root_gives_up_its_privileges_for_the_servers(running: tuple[Services, Supervisor]) -> None:
    services, supervisor = running

    owners = {name: Path(f"/proc/{pid}").stat().st_uid for name, pid in supervisor.pids().items()}

    assert owners == {"PostgreSQL": services.identity.uid, "Valkey": services.identity.uid}
    assert services.identity.uid != 0


def test_django_reads_the_address_as_libpq_does(services: Services) -> None:
    url = services.layout.database_url("vaste_app")

    settings = environ.Env.db_url_config(url)

    assert settings["OPTIONS"] == {"host": str(services.layout.run)}
    assert (settings["USER"], settings["NAME"], settings["HOST"]) == ("vaste_app", "vaste", "")


def test_rows_survive_the_death_of_the_server(directory: Path) -> None:
    with running_services(directory / "data", durable=True) as (services, supervisor):
        with connect(services, "vaste_owner") as owner:
            owner.execute("create table note as select 'kept' as body")
        os.kill(supervisor.pids()["PostgreSQL"], signal.SIGKILL)
        time.sleep(0.2)  # lets the supervisor see a dead process, not one that is still ready
        supervisor.check()
        supervisor.wait_until(postgres_of(services).is_ready, what="PostgreSQL")

        with connect(services, "vaste_owner") as owner:
            assert owner.execute("select body from note").fetchall() == [("kept",)]


def test_a_second_start_keeps_rows_and_cleans_up_after_a_crash(directory: Path) -> None:
    with running_services(directory / "data") as (services, _), connect(services, "vaste_owner") as owner:
        owner.execute("create table note as select 'kept' as body")
    # The number of a process that lives, but is no PostgreSQL: left behind by a crash before a reboot.
    pid_file = services.layout.cluster / "postmaster.pid"
    pid_file.write_text(f"{os.getpid()}\n{services.layout.cluster}\n")
    os.chown(pid_file, services.identity.uid, services.identity.gid)

    with running_services(directory / "data") as (services, _), connect(services, "vaste_owner") as owner:
        assert owner.execute("select body from note").fetchall() == [("kept",)]


def test_half_a_cluster_is_made_anew(directory: Path) -> None:
    layout, identity = owned(directory / "data")
    make_directory(layout.data / "pg.unfinished", identity)
    (layout.data / "pg.unfinished" / "PG_VERSION").write_text("18\n")

    with running_services(directory / "data") as (services, _):
        assert postgres_of(services).query("select 1") == "1"
    assert not (layout.data / "pg.unfinished").exists()


def test_a_long_path_gets_short_sockets(directory: Path) -> None:
    long = Layout(directory / ("x" * 100))
    odd = Layout(directory / "with, comma")
    plain = Layout(directory / "plain")

    assert plain.run == plain.data / "run"
    for layout in (long, odd):
        assert layout.run.parent == Path("/tmp")
        assert len(os.fsencode(layout.run / ".s.PGSQL.5432.lock")) <= SOCKET_PATH_LIMIT
    assert long.run != odd.run


def test_a_socket_directory_of_somebody_else_is_refused(directory: Path) -> None:
    theirs = directory / "theirs"
    theirs.mkdir(mode=0o755)

    with pytest.raises(LaunchError, match="not a directory of"):
        make_directory(theirs, Identity.current())


@AS_ROOT
def test_data_in_a_closed_directory_moves_to_an_open_one(directory: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("helpdesk.embedded.layout.RELOCATED", directory)
    closed = directory / "closed"
    closed.mkdir(mode=0o700)

    first, identity = claim_data_dir(closed / "var")
    second, _ = claim_data_dir(closed / "var")

    assert first == second
    assert first.data.parent == directory
    assert first.data.stat().st_uid == identity.uid != 0


@AS_ROOT
def test_the_owner_of_existing_data_keeps_it(directory: Path) -> None:
    data = directory / "data"
    data.mkdir(mode=0o700)
    nobody = Identity.unprivileged().uid
    os.chown(data, nobody, -1)

    assert claim_data_dir(data)[1].uid == nobody


def test_secrets_are_made_once_for_one_reader(directory: Path) -> None:
    layout, identity = owned(directory / "data")

    first = environment.ensure_secrets(layout, identity)

    assert environment.ensure_secrets(layout, identity) == first
    assert environment.load_secrets(layout) == first
    assert len(set(first.values())) == len(environment.SECRET_NAMES)
    assert stat.S_IMODE(layout.secrets.stat().st_mode) == 0o600


def test_only_one_launcher_holds_a_data_directory(directory: Path) -> None:
    layout, identity = owned(directory / "data")
    held = lock(layout, identity)

    with pytest.raises(OccupiedError, match=str(os.getpid())):
        lock(layout, identity)
    os.close(held)
    os.close(lock(layout, identity))


def manage(data: Path, *arguments: str, **more: str) -> subprocess.CompletedProcess[str]:
    """Run a stand-in of manage.py that prints the addresses it would use."""
    code = (
        "import os; from helpdesk.embedded.environment import apply_environment; apply_environment(); "
        "print(os.environ['DATABASE_URL'], os.environ['VASTE_SECRET_KEY'])"
    )
    with bare_environment() as patch:
        patch.setenv("VASTE_DATA_DIR", str(data))
        for name, value in more.items():
            patch.setenv(name, value)
        return subprocess.run(
            [sys.executable, "-c", code, *arguments], cwd=BASE_DIR, capture_output=True, text=True, check=False
        )


@pytest.mark.parametrize(("command", "role"), [("smtpd", "vaste_app"), ("migrate", "vaste_owner")])
def test_migrations_run_as_the_owner_and_everything_else_does_not(services: Services, command: str, role: str) -> None:
    secrets = environment.ensure_secrets(services.layout, services.identity)

    result = manage(services.layout.data, command)

    assert result.stdout.split() == [services.layout.database_url(role), secrets["VASTE_SECRET_KEY"]], result.stderr


@pytest.mark.parametrize(("command", "code"), [("receive_mail", os.EX_TEMPFAIL), ("migrate", 1)])
def test_a_pipe_tries_again_while_the_database_is_stopped(directory: Path, command: str, code: int) -> None:
    result = manage(directory / "data", command)

    assert result.returncode == code
    assert "make up" in result.stderr


def test_an_outer_database_replaces_the_embedded_one(directory: Path) -> None:
    outer = {
        "DATABASE_URL": "postgres://app@db/x",
        "DATABASE_OWNER_URL": "postgres://own@db/x",
        "VASTE_SECRET_KEY": "s",
    }

    assert manage(directory, "smtpd", **outer).stdout.split() == ["postgres://app@db/x", "s"]
    assert manage(directory, "migrate", **outer).stdout.split() == ["postgres://own@db/x", "s"]


def test_a_command_says_that_the_services_do_not_run(directory: Path) -> None:
    data = directory / "var"

    refused, offline = manage(data, "smtpd"), manage(data, "makemigrations")

    assert (refused.returncode, "make services" in refused.stderr) == (1, True)
    assert (offline.returncode, offline.stderr) == (0, "")
    assert not data.exists()


def test_an_outer_database_never_gets_the_placeholder_secret(directory: Path) -> None:
    result = manage(directory, "smtpd", DATABASE_URL="postgres://app@db/x")

    assert "KeyError: 'VASTE_SECRET_KEY'" in result.stderr


def fill(services: Services, body: str) -> None:
    with connect(services, "vaste_owner") as owner:
        owner.execute("create table if not exists note (body text)")
        owner.execute("alter table note enable row level security")
        owner.execute("insert into note values (%s)", [body])
    make_directory(services.layout.files, services.identity)
    (services.layout.files / f"{body}.txt").write_bytes(body.encode())


def notes(services: Services) -> list[tuple[object, ...]]:
    with connect(services, "vaste_owner") as owner:
        return owner.execute("select body from note order by 1").fetchall()


def test_a_backup_restores_into_an_empty_and_into_a_used_directory(directory: Path) -> None:
    archive = directory / "backup.tar"
    with running_services(directory / "first") as (services, _):
        fill(services, "saved")
        secrets = environment.ensure_secrets(services.layout, services.identity)
        backup.create(services.layout, services.identity, archive)
        fill(services, "later")
    assert stat.S_IMODE(archive.stat().st_mode) == 0o600

    for name, had_data in (("first", True), ("second", False)):
        layout, identity = owned(directory / name)
        with bare_environment():
            former = backup.restore(layout, identity, archive)

        assert (former is not None) is had_data
        assert environment.load_secrets(layout) == secrets
        assert [path.name for path in layout.files.iterdir()] == ["saved.txt"]
        assert (layout.files / "saved.txt").stat().st_uid == identity.of_programs(BASE_DIR).uid
        with running_services(directory / name) as (services, _):
            assert notes(services) == [("saved",)]
            with connect(services, "vaste_app") as application:  # grants and policies come back too
                assert application.execute("select * from note").fetchall() == []


def test_a_failed_restore_leaves_everything_as_it_was(directory: Path) -> None:
    with running_services(directory / "data") as (services, _):
        fill(services, "mine")
        archive = backup.create(services.layout, services.identity, directory / "backup.tar")
    broken = directory / "broken.tar"
    with tarfile.open(archive) as whole, tarfile.open(broken, "w") as copy:
        for member in whole.getmembers():
            source = whole.extractfile(member)
            if member.name == "database.dump":
                member.size = 40  # the rest of the dump is missing
            copy.addfile(member, source)

    layout, identity = owned(directory / "data")
    with bare_environment(), pytest.raises(LaunchError, match="pg_restore"):
        backup.restore(layout, identity, broken)

    with running_services(directory / "data") as (services, _):
        assert notes(services) == [("mine",)]
    assert (services.layout.files / "mine.txt").read_bytes() == b"mine"


@pytest.mark.parametrize("name", ["../outside", "/etc/passwd"])
def test_an_archive_with_foreign_paths_is_refused(directory: Path, name: str) -> None:
    archive = directory / "evil.tar"
    with tarfile.open(archive, "w") as file:
        for path, content in (("manifest.json", json.dumps({"format": backup.FORMAT})), (name, "x")):
            member = tarfile.TarInfo(path)
            member.size = len(content)
            file.addfile(member, io.BytesIO(content.encode()))

    layout, identity = owned(directory / "data")
    with pytest.raises(LaunchError, match="does not belong"):
        backup.restore(layout, identity, archive)


def test_a_backup_without_running_services_says_so(directory: Path) -> None:
    layout, identity = owned(directory / "data")

    with bare_environment(), pytest.raises(LaunchError, match="make services"):
        backup.create(layout, identity, directory / "backup.tar")


@pytest.mark.parametrize(("mode", "uid", "shared"), [(0o1777, 12345, True), (0o755, 12345, False), (0o755, 0, True)])
def test_celery_takes_threads_where_processes_cannot_share(tmp_path: Path, mode: int, uid: int, shared: bool) -> None:
    tmp_path.chmod(mode)

    assert can_share_semaphores(Identity(uid, uid, "somebody"), tmp_path) is shared


def test_celery_takes_threads_where_there_is_no_shared_memory(tmp_path: Path) -> None:
    assert not can_share_semaphores(Identity(0, 0, "root"), tmp_path / "missing")
