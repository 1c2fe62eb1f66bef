#!/usr/bin/env python
"""Django's command line, with the environment of the embedded services where no other is given."""

import os
import sys

from django.core.management import execute_from_command_line

from helpdesk.embedded.environment import apply_environment

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "helpdesk.settings")
    apply_environment()
    execute_from_command_line(sys.argv)
