"""Articles for tests: published as the desk publishes them."""

import tomllib
from pathlib import Path
from typing import Any

from knowledge.enums import State
from knowledge.models import Article
from knowledge.services import writing
from tests.conftest import Cast

HERE = Path(__file__).parent


def publish(
    cast: Cast, title: str, body: str, *, language: str = "fi", state: str = State.PUBLIC, **more: Any
) -> Article:
    """A published article; in the cast's scope."""
    by = cast.actor(next(iter(cast.members)))
    article = Article(language=language, state=state, **more)
    writing.write(article, language=language, title=title, body=f"<p>{body}</p>", by=by)
    writing.publish(article, language=language, by=by)
    return article


def help_desk(cast: Cast) -> dict[str, int]:
    """The articles of articles.toml by their keys; in the cast's scope."""
    told = tomllib.loads((HERE / "articles.toml").read_text("utf-8"))
    return {key: publish(cast, said["title"], said["body"]).pk for key, said in told.items()}


def pairs(name: str) -> list[tuple[str, str]]:
    return [(asked, key) for asked, key in tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))["pairs"]]
