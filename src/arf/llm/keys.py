"""What looks like a key, so that none gets into a file that is shared."""

import re
from typing import Any

_NAME = re.compile(r"(?:^|_)(?:api_?key|key|secret|password|authorization)$", re.IGNORECASE)
_KEY = re.compile(
    r"(?:sk|pk|rk|gsk|xai|hf|r8|ghp|pplx|nvapi)[-_](?=[\w-]*\d)[\w-]{16,}"
    r"|AKIA[A-Z0-9]{12,}|AIza[\w-]{20,}|Bearer .+"
)
_DENSE = re.compile(r"[A-Za-z0-9]{32,}")  # longer than a word of a variable or a model


def is_called_key(name: str) -> bool:
    """Says whether a field is called as one that holds a secret."""
    return _NAME.search(name) is not None


def looks_like_key(text: str) -> bool:
    """Says whether a text is most likely a secret, and no name of a variable or a model."""
    return _KEY.fullmatch(text) is not None or (
        _DENSE.fullmatch(text) is not None
        and any(map(str.isdigit, text))
        and any(map(str.islower, text))
    )


def holds_key(value: Any) -> bool:
    """Says whether a secret stands anywhere in nested values."""
    if isinstance(value, dict):
        return any(map(holds_key, (*value, *value.values())))
    if isinstance(value, list | tuple):
        return any(map(holds_key, value))
    return isinstance(value, str) and looks_like_key(value)
