"""What is known of cost at the place of a filing: it may be locked then, and does not end before the last of it."""

import datetime as dt
from collections.abc import Callable

from filings.models import Filing

# The last day with cost under a filing, None without any: the apps that pay add their own answer when they start.
cost_witnesses: list[Callable[[Filing], dt.date | None]] = []


def last_cost_day(filing: Filing) -> dt.date | None:
    return max((day for witness in cost_witnesses if (day := witness(filing))), default=None)
