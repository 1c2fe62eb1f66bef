"""`python -m tests.e2e.respawn <command>`: run a manage.py command again and again, as a supervisor does.

Each run is a fork of this process, which has loaded the product and touched nothing else, so that a test may kill
it as often as it likes without waiting for imports.
"""

import os
import sys

import django
from django.core.management import call_command


def run(command: str) -> None:
    django.setup()
    # Imported once here, so that no child has to.
    __import__(f"mailintake.management.commands.{command}")
    while True:
        child = os.fork()
        if child == 0:
            call_command(command)
            os._exit(0)
        os.waitpid(child, 0)


if __name__ == "__main__":
    run(sys.argv[1])
