"""What keeps the launcher from starting, said to the person who started it."""


class LaunchError(Exception):
    """Something that a person has to change. The text says what, and is printed without a traceback."""

    exit_code = 1


class OccupiedError(LaunchError):
    """A port or a data directory is in use already."""

    exit_code = 2
