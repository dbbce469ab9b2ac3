"""When something happened, as data say it: ISO 8601, or seconds since 1970."""

import re
from datetime import UTC, date, datetime, timedelta

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_DIGITS = re.compile(r"(?:(\d{9,10})|(\d{12,13}))(?:\.\d+)?", re.ASCII)


def day_of(stamp: str) -> date | None:
    """Returns the calendar day of a date or a time, null where the text is neither.

    Known are ISO 8601 dates and times, with or without a time zone (`2031-03-09`,
    `2031-03-09T08:15:00+02:00`, `20310309`, `2031-W10-7`), and seconds or milliseconds since
    1970 as numbers of today's length. A time with a zone counts on the day that its own clock
    shows; seconds since 1970 count in UTC.
    """
    stamp = stamp.strip()
    seconds = _DIGITS.fullmatch(stamp)
    if seconds:
        since = int(seconds[1]) if seconds[1] else int(seconds[2]) // 1000
        return (_EPOCH + timedelta(seconds=since)).date()
    if stamp.isdecimal() and len(stamp) != len("20310309"):
        return None  # which the library would take for a day with a time
    try:
        return datetime.fromisoformat(stamp).date()
    except ValueError:
        return None
