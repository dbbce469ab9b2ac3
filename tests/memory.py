"""How much memory a call needs at its peak."""

import tracemalloc
from collections.abc import Callable


def peak(call: Callable[[], object]) -> int:
    """Runs a function twice and returns what the second run held at its peak, in bytes."""
    call()  # pays for imports and caches
    tracemalloc.start()
    try:
        call()
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
