"""How many requests may be under way at once."""

import math
import random

FIRST = 64  # requests under way at the start
CUT = 0.7  # of the window that is left after a congestion
MANY = 0.5  # a share of failures that is no chance
LEAST = 16  # outcomes that tell a share
DOWNS = 5  # failures in a row that stop the sending
FIRST_PAUSE, LONGEST_PAUSE = 0.25, 15.0  # seconds before a probe
SLOWER = 1.3  # the growth of that pause, and so at most a third of an outage more is waited


class Window:
    """The number of requests that may be under way, and a breaker that stops all but a probe.

    The window grows by one an answer until the first congestion, then by one a round trip; a
    congestion takes `CUT` of it, once a round trip (TCP's slow start and additive increase,
    multiplicative decrease, RFC 5681). Where everything fails, only one probe at a time goes out,
    ever more rarely, until one is answered.

    Attributes:
        size: requests that may be under way; whole requests count.
        open: whether the breaker has stopped the sending.
    """

    def __init__(self, limit: int, rng: random.Random) -> None:
        self.size = float(min(limit, FIRST))
        self.open = False
        self._limit = limit
        self._rng = rng
        self._threshold = math.inf
        self._cut_at = -math.inf
        self._downs = 0  # since `_failing_since` without a success of a request sent after it
        self._failing_since = -math.inf
        self._share = 0.0  # of failures among the last outcomes, about a window of them
        self._pause = FIRST_PAUSE
        self._opened_at = -math.inf
        self._probe_at = 0.0
        self._probed_at = math.inf

    def wait(self, now: float, under_way: int) -> float:
        """Returns the seconds until one more request may go; infinity before one has ended."""
        if not self.open:
            return 0.0 if under_way + 1 <= self.size else math.inf
        if self._probed_at < math.inf:
            return math.inf
        return max(0.0, self._probe_at - now)

    def sent(self, now: float) -> None:
        """Notes a request."""
        if self.open:
            self._probed_at = now

    def succeeded(self, sent_at: float) -> None:
        """Grows; an answered probe closes the breaker and starts at half the earlier window."""
        if sent_at >= self._failing_since:
            self._downs = 0
        if self.open:
            if sent_at < self._opened_at:
                return  # it was under way before the fault
            self.open = False
            self._probed_at = math.inf
            self._pause = FIRST_PAUSE
            self._threshold = math.inf
            self._downs = 0
            self._share = 0.0
            self.size = max(1.0, self.size / 2)
        self._share -= self._share / max(self.size, LEAST)
        step = 1.0 if self.size < self._threshold else 1 / self.size
        self.size = min(self.size + step, self._limit)

    def throttled(self, now: float, sent_at: float, shut: bool) -> None:
        """Shrinks; an endpoint that turns requests away is there.

        Args:
            now: the time.
            sent_at: when the request was sent.
            shut: whether it was a probe of an endpoint that grants nothing, which tells nothing of
                how many requests it takes: the window is to be found anew.
        """
        self._downs = 0
        if self.open:
            self.ended(now, sent_at)
        if shut:
            self._threshold = math.inf
        else:
            self._cut(now, sent_at)

    def down(self, now: float, sent_at: float, others: int) -> None:
        """Shrinks where many requests fail, and opens the breaker after enough in a row.

        Single failures say nothing of the load: to shrink for each would leave a hundredth of
        the rate of an endpoint that fails one time in twenty. As failures come at once and
        answers late, they open the breaker only where they outnumber the others under way.
        """
        if self.open:
            if sent_at >= self._probed_at:
                self._put_off(now)
            return
        if not self._downs:
            self._failing_since = now
        self._downs += 1
        self._share += (1 - self._share) / max(self.size, LEAST)
        if self._share > MANY:
            self._cut(now, sent_at)
        if self._downs >= min(self._limit, max(DOWNS, others)):
            self.open = True
            self._opened_at = now
            self._put_off(now)

    def ended(self, now: float, sent_at: float) -> None:
        """Notes a request that ended without telling anything: a probe gives way to the next."""
        if self.open and sent_at >= self._probed_at:
            self._probed_at = math.inf
            self._probe_at = now

    def _put_off(self, now: float) -> None:
        self._probed_at = math.inf
        self._probe_at = now + self._pause * self._rng.uniform(0.75, 1)
        self._pause = min(SLOWER * self._pause, LONGEST_PAUSE)

    def _cut(self, now: float, sent_at: float) -> None:
        if sent_at >= self._cut_at:
            self.size = self._threshold = max(1.0, CUT * self.size)
            self._cut_at = now
