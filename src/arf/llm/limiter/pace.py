"""How fast to send: caps of one's own, and a model of the endpoint's bucket."""

import math
import random
from collections import deque

FIRST_PAUSE, LONGEST_PAUSE = 0.5, 15.0  # seconds after a 429 that names none
SLOWER = 1.3  # the growth of that pause while nothing is granted
GRAIN = 0.05  # seconds between two marks of what was sent
MARKS = 256
SAFE = 0.8  # the share of the endpoint's burst that is used
STEP_BACK = 0.95  # of the pace that emptied the bucket, and of the rate to begin with
PLATEAU = 8.0  # pauses until the rate is back at the estimate
GROWTH = 0.4  # of the estimate, in as much time again
SWEEP = 0.02  # seconds of sends that a late timer may make up for


class Bucket:
    """A cap: so many units a minute, with a burst of one second's worth."""

    def __init__(self, per_minute: float, least: float = 0.0) -> None:
        self._rate = per_minute / 60
        self._depth = max(self._rate, least)
        self._level = self._depth
        self._at = -math.inf

    def wait(self, now: float, units: float) -> float:
        """Returns the seconds until so many may go; more than the burst may when it is full."""
        self._level = min(self._depth, self._level + self._rate * (now - self._at))
        self._at = now
        lacking = min(units, self._depth) - self._level
        return lacking / self._rate if lacking > 1e-9 else 0.0

    def take(self, units: float) -> None:
        """Takes units that `wait` let go."""
        self._level -= units


class Pace:
    """Follows the rate that an endpoint grants, which it tells by 429s alone.

    The endpoint is taken for a token bucket of unknown rate and depth, and this is a copy of it.
    A 429 says that the bucket is empty. What it granted from one empty moment to the next cannot
    exceed its rate times that time; what it granted in any other time exceeds that at most by
    its depth; and its depth is at most what was granted before the first 429. So the rate is at
    least the largest that those sums prove, and that one is used. As the copy fills during a
    pause as the bucket does, a pause loses nothing where the bucket can hold as much.

    The first estimate is doubled until it is too high, as BBR starts up (Cardwell et al., 2016:
    the delivered rate, not the loss, sets the pace); later ones grow by the cubic curve of CUBIC
    (RFC 9438; botocore's adaptive mode paces requests by it): flat at the estimate, then ever
    faster. Both take their time from the length of the pause, which is what a 429 costs.

    Where nothing at all was granted between two pauses, no bucket is behind it: the endpoint is
    shut, for a while or until its quota's next window. Nothing is learnt from that; one probe at a
    time goes out after each pause, until one is granted.

    Attributes:
        rate: requests a second; null before the first 429.
        shut: whether nothing is granted, so that only probes go out.
    """

    def __init__(self, rng: random.Random) -> None:
        self.rate: float | None = None
        self.shut = False
        self._probing = False
        self._rng = rng
        self._granted = 0  # requests sent and not turned away
        self._start: float | None = None
        self._marks: deque[tuple[float, int]] = deque(maxlen=MARKS)
        self._empty: tuple[float, int] | None = None  # when it was empty, and granted by then
        self._emptied = 0.0
        self._resume = -math.inf
        self._unread = False
        self._pauses = 0  # since the last success that was sent after one
        self._estimate = 0.0
        self._doubling = True
        self._level = 0.0
        self._depth = 0.0
        self._at = 0.0
        self._scale = 1.0  # seconds of the pause

    def wait(self, now: float) -> float:
        """Returns the seconds until one more request may go."""
        if now < self._resume:
            return self._resume - now
        if self._unread:
            self._learn(now)
        if self.shut:
            return math.inf if self._probing else 0.0
        if self.rate is None:
            return 0.0
        self.rate = self._grown(now - self._resume)
        depth = max(1.0, SAFE * self._depth, SWEEP * self.rate)
        self._level = min(depth, self._level + self.rate * (now - self._at))
        self._at = now
        return (1 - self._level) / self.rate if self._level < 1 - 1e-9 else 0.0

    def sent(self, now: float) -> None:
        """Counts a request that `wait` let go."""
        if self._start is None:
            self._start = now
        marks = self._marks
        if not marks or now - marks[-1][0] >= GRAIN:
            marks.append((now, self._granted))
        self._granted += 1
        self._level -= 1
        self._probing = self.shut

    def succeeded(self, sent_at: float) -> None:
        """Notes an answer."""
        if self._pauses and sent_at >= self._resume:
            self._pauses = 0
            self.shut = False

    def ended(self, sent_at: float) -> None:
        """Notes a request that ended without telling anything: a probe gives way to the next."""
        if sent_at >= self._resume:
            self._probing = False

    def throttled(self, now: float, sent_at: float, retry_after: float | None) -> None:
        """Notes a 429, and pauses for as long as it says."""
        self._granted -= 1
        fresh = sent_at >= self._resume  # not one of a burst that has been seen to
        if fresh:
            self._emptied = sent_at
            self._pauses += 1
            self._unread = True
            self._probing = False
        if retry_after:
            self._resume = max(self._resume, now + retry_after)
        elif fresh:
            pause = min(FIRST_PAUSE * SLOWER ** min(self._pauses - 1, 30), LONGEST_PAUSE)
            self._resume = now + pause * self._rng.uniform(0.75, 1.25)

    def _learn(self, now: float) -> None:
        """Reads what a pause has shown, at its end, when the burst before it is accounted for."""
        self._unread = False
        if self._empty is not None and self._granted <= self._empty[1]:
            self.shut = True
            return
        empty, start = self._emptied, self._start if self._start is not None else self._emptied
        self._scale = self._resume - empty
        if self._empty is None:
            self._depth = float(max(self._granted, 1))
            self._estimate = self._depth / (self._resume - start)
        else:
            self._doubling = False
            proven = self._proven(empty, *self._empty)
            self._estimate = min(proven, STEP_BACK * (self.rate or proven))
        self.rate = self._estimate
        self._level = max(1.0, min(SAFE * self._depth, self._estimate * (now - empty)))
        self._at = now
        self._empty = (empty, self._granted)
        self._marks.clear()

    def _proven(self, now: float, empty: float, granted: int) -> float:
        """Returns the largest rate that the requests granted since the last empty moment prove."""
        best = max(self._granted - granted, 1) / max(now - empty, GRAIN)
        for at, before in self._marks:
            if now - at >= GRAIN:
                best = max(best, (self._granted - before - self._depth) / (now - at))
        return best

    def _grown(self, seconds: float) -> float:
        """Returns the rate so many seconds after the last pause."""
        if self._doubling:
            return self._estimate * math.exp2(min(seconds / max(self._scale / 4, 0.1), 20.0))
        past = seconds / (PLATEAU * self._scale) - 1
        return self._estimate * (1 + (1 - STEP_BACK if past < 0 else GROWTH) * math.pow(past, 3))
