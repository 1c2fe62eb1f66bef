"""For tests: a template that names a variable nobody gave it fails instead of printing nothing."""


class UnknownVariableError(AssertionError):
    """The template and its view do not agree."""


class UnknownVariable(str):
    """Django's `string_if_invalid`: formatted with the name of the unknown variable, which it refuses."""

    __slots__ = ()

    def __contains__(self, key: object) -> bool:
        return key == "%s"

    def __mod__(self, name: object) -> str:
        raise UnknownVariableError(f"The template names {name!r}, which its context does not have.")
