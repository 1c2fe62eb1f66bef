"""The rules of the house that no tool of its own checks: sizes, what templates may hold, what nobody may import."""

import ast
import re
import subprocess
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

import pytest
from django.apps import apps
from django.conf import settings
from django.core.management import call_command

from accounts.models import TenantModel
from helpdesk.celery import app

ROOT = Path(settings.BASE_DIR)
APPS = (
    "accounts",
    "billing",
    "core",
    "helpdesk",
    "imports",
    "knowledge",
    "mailintake",
    "outbox",
    "portal",
    "reports",
    "sla",
    "tickets",
)
SOURCES = sorted(file for app in APPS for file in (ROOT / app).rglob("*.py") if "migrations" not in file.parts)
TESTS = sorted((ROOT / "tests").rglob("*.py"))
TEMPLATES = sorted((ROOT / "templates").rglob("*.html"))
PAGES = [file for file in TEMPLATES if "mail" not in file.relative_to(ROOT / "templates").parts[:1]]
# Written in two halves, so that this file does not name them itself.
REGISTRY_HOSTS = [".".join(parts) for parts in (("pypi", "org"), ("registry", "npmjs"), ("pythonhosted", "org"))]
# The frame of a mail shows HTML that was sanitised when it was stored, under a policy of its own (see the view).
UNESCAPED = {"templates/tickets/mail_frame.html"}
MODEL_SIGNALS = {"pre_save", "post_save", "pre_delete", "post_delete", "m2m_changed", "pre_init", "post_init"}


def name_of(file: Path) -> str:
    return str(file.relative_to(ROOT))


def tree(file: Path) -> ast.Module:
    return ast.parse(file.read_text(), str(file))


def lines(file: Path) -> int:
    return len(file.read_text().splitlines())


def functions(module: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            yield node


def test_there_is_something_to_check() -> None:
    assert len(SOURCES) > 100
    assert len(PAGES) > 50


def test_no_file_is_longer_than_400_lines() -> None:
    assert [name_of(file) for file in [*SOURCES, *TESTS] if lines(file) > 400] == []


def test_no_function_is_longer_than_50_lines() -> None:
    def length(node: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
        return (node.end_lineno or node.lineno) - node.lineno + 1

    found = [f"{name_of(file)}:{node.name}" for file in SOURCES for node in functions(tree(file)) if length(node) > 50]
    assert found == []


def test_no_template_is_longer_than_150_lines() -> None:
    assert [name_of(file) for file in TEMPLATES if lines(file) > 150] == []


@pytest.mark.parametrize(
    "forbidden",
    [
        r"<style\b",
        r"<script\b(?![^>]*\bsrc=)(?![^>]*type=\"application/json\")",
        r"\sstyle=",
        r"\son[a-z]+=[\"']",
        r"javascript:",
        r"\bhx-on\b",
        r"\|\s*safe\b",
        r"https?://(?!www\.w3\.org)",
    ],
)
def test_no_page_holds(forbidden: str) -> None:
    """Inline scripts and styles, which the policy would refuse; unescaped text; addresses of others."""
    found = {name_of(file) for file in PAGES if re.search(forbidden, file.read_text())}
    assert found == (UNESCAPED if "safe" in forbidden else set())


def test_nothing_listens_to_models() -> None:
    for file in SOURCES:
        for node in ast.walk(tree(file)):
            if isinstance(node, ast.ImportFrom):
                assert not MODEL_SIGNALS & {alias.name for alias in node.names}, name_of(file)
                assert node.module != "django.db.models.signals", name_of(file)


def test_imports_stand_at_the_top_or_say_why_not() -> None:
    found = []
    for file in SOURCES:
        text = file.read_text().splitlines()
        for function in functions(tree(file)):
            for node in ast.walk(function):
                if (
                    isinstance(node, ast.Import | ast.ImportFrom)
                    and "#" not in text[node.lineno - 2] + text[node.lineno - 1]
                ):
                    found.append(f"{name_of(file)}:{node.lineno}")
    assert found == []


def test_no_file_names_a_registry() -> None:
    tracked = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    files = [ROOT / name for name in tracked.decode().split("\0") if name]
    assert len(files) > 200
    wrong = [
        name_of(file)
        for file in files
        if file.is_file() and any(host.encode() in file.read_bytes() for host in REGISTRY_HOSTS)
    ]
    assert wrong == []


@pytest.mark.parametrize("app", APPS)
def test_every_app_says_what_it_is(app: str) -> None:
    assert len((ROOT / app / "README.md").read_text().splitlines()) >= 5


def test_every_tenant_table_inherits_the_managers() -> None:
    """A Meta of its own that forgets its parent would lose `base_manager_name`, and with it the first wall."""
    for model in apps.get_models():
        if issubclass(model, TenantModel):
            names = (model._meta.base_manager_name, model._meta.default_manager_name)
            assert names == ("objects", "objects"), model._meta.label


def test_grants_are_tenant_rows_only() -> None:
    """guardian's generic tables are global and cast their keys; nothing here names them."""
    generic = re.compile(r"\b(?:guardian\.models import .*)?\b(?:User|Group)ObjectPermission\b(?!Base|Manager)")

    assert [name_of(file) for file in SOURCES if generic.search(file.read_text())] == []
    assert settings.ANONYMOUS_USER_NAME is None


def test_raw_sql_is_never_made_of_values() -> None:
    """`execute` and `raw` get a constant, or an f-string in the modules that build SQL from the schema."""
    builders = {"core/doors.py", "core/rls.py"}
    found = []
    for file in SOURCES:
        for node in ast.walk(tree(file)):
            is_sql = (
                isinstance(node, ast.Call)
                and isinstance(node.func, ast.Attribute)
                and node.func.attr in ("execute", "raw")
            )
            if (
                is_sql
                and node.args
                and isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
                and name_of(file) not in builders
            ):
                found.append(f"{name_of(file)}:{node.lineno}")
    assert found == []


@pytest.mark.django_db
def test_whoever_asks_for_work_by_name_names_a_task() -> None:
    app.loader.import_default_modules()
    calls = [node for file in SOURCES for node in ast.walk(tree(file)) if isinstance(node, ast.Call)]
    asked = [node.args[0] for node in calls if isinstance(node.func, ast.Name) and node.func.id == "after_commit"]
    assert len(asked) > 5
    assert {ast.literal_eval(name) for name in asked} <= set(app.tasks)


@pytest.mark.django_db
def test_no_migration_is_missing() -> None:
    out = StringIO()
    call_command("makemigrations", check=True, dry_run=True, stdout=out)

    assert "No changes detected" in out.getvalue()


def test_what_is_done_to_a_ticket_now_is_done_after_what_its_log_has() -> None:
    """Not `timezone.now()` for an act's `at`, but `present` of the locked ticket: clocks are set back."""
    services = [file for file in SOURCES if file.parent == ROOT / "tickets" / "services"]
    assert [name_of(file) for file in services if "at = at or timezone.now()" in file.read_text()] == []
