"""The one exception that reaches people as a plain line."""


class ArfError(Exception):
    """A mistake that its reader can mend.

    The message is one line: what is wrong, in which file, line or parameter, and what to do.
    """
