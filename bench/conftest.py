"""The same cast, role and closing lines as in the tests."""

from tests.conftest import *  # noqa: F403  # fixtures are found by name
from tests.conftest import _empty_cache, _own_files, _owner_cleans_up, _role  # noqa: F401
from tests.e2e.conftest import *  # noqa: F403  # and the real parts
