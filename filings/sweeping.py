"""The daily run over commitments that are past their last day."""

import datetime as dt
import logging
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import connection, transaction
from django.db.models import Q
from django.utils.translation import gettext as _

from filings.lapsing import Rules, lapse
from filings.models import Commitment, Filing
from hospitals.access import portal_account
from hospitals.compiled import CompiledQuery, Given
from hospitals.history import doing
from hospitals.reasons import Refused

log = logging.getLogger(__name__)
BATCH = 200
PATIENCE = "5s"  # how long the run waits for a row that somebody else holds
PROBLEM_LENGTH = 300


@dataclass(slots=True)
class Swept:
    """What came of a run.  busy: held by somebody else at that moment, and left for the next run."""

    lapsed: int = 0
    failed: int = 0
    busy: int = 0

    @property
    def seen(self) -> int:
        return self.lapsed + self.failed + self.busy


def sweep(*, on: dt.date, report: Callable[[Swept], None] = lambda swept: None) -> Swept:
    """End every commitment that is past its last day on `on`; twice, late or beside another run ends the same.

    Each case is a transaction of its own; one that cannot be ended is left as it was, with the reason, for the next
    run.  report: called after every batch.
    """
    by, rules, swept = portal_account(), Rules(), Swept()
    with _impatient():
        for batch in _due(on):
            held = [case for case in batch if not _try(*case, by, on, rules, swept)]
            swept.busy += sum(not _try(*case, by, on, rules, swept) for case in held)  # most are free by now
            report(swept)
    return swept


def _due(on: dt.date) -> Iterator[list[tuple[int, int | None]]]:
    """Commitment and filing of what is due, the longest overdue first, in batches; each once, whatever comes of it."""
    after = Q()
    while True:
        rows = Commitment.objects.due_before(on).filter(after).order_by("due_on", "pk")
        found = list(rows.values_list("pk", "filing", "due_on")[:BATCH])
        if not found:
            return
        yield [(pk, filing) for pk, filing, _due_on in found]
        last, _filing, due_on = found[-1]
        after = Q(due_on__gte=due_on) & (Q(due_on__gt=due_on) | Q(pk__gt=last))


def _try(pk: int, filing: int | None, by: User, on: dt.date, rules: Rules, swept: Swept) -> bool:
    """One case.  False where somebody else holds it, who may be another run; ended meanwhile: nothing to do."""
    try:
        with transaction.atomic():
            commitment = _free(pk, filing)
            is_ours = commitment is not None and commitment.is_open
            if commitment and is_ours:
                lapse(by=by, commitment=commitment, on=on, rules=rules.of(commitment.policy_id))
    except Exception as error:  # whatever it is, up to the very end of the transaction: the others go on
        swept.failed += 1
        _keep_problem(pk, by, error)
        return True
    swept.lapsed += is_ours
    return commitment is not None


def _free(pk: int, filing: int | None) -> Commitment | None:
    """The commitment, locked with its filing; None where somebody else holds one of them."""
    if filing and not _FREE_FILING.all(pk=filing):
        return None
    return _FREE.first(pk=pk)


_FREE_FILING = CompiledQuery(
    lambda: Filing.objects.filter(pk=Given("pk")).order_by().select_for_update(skip_locked=True).values_list("pk")
)
_FREE = CompiledQuery(lambda: Commitment.objects.filter(pk=Given("pk")).order_by().select_for_update(skip_locked=True))


def _keep_problem(pk: int, by: User, error: Exception) -> None:
    """What the database says of a row may hold personal data: the log gets the place, the case gets words."""
    log.error("commitment %s: %s\n%s", pk, type(error).__name__, "".join(traceback.format_tb(error.__traceback__)))
    problem = str(error) if isinstance(error, Refused) else _("处理时出错（{kind}）").format(kind=type(error).__name__)
    with transaction.atomic(), doing(_("到期处理未成"), by=by, reason=problem):
        commitment = Commitment.objects.open().select_for_update(skip_locked=True).filter(pk=pk).first()
        if commitment:
            commitment.problem = problem[:PROBLEM_LENGTH]
            commitment.save(update_fields=["problem"])


@contextmanager
def _impatient() -> Iterator[None]:
    """Inside, nothing waits long for a lock: a case that is held is a case that fails, and the run goes on."""
    with connection.cursor() as cursor:
        cursor.execute("SHOW lock_timeout")
        usual = cursor.fetchone()[0]
        cursor.execute("SELECT set_config('lock_timeout', %s, false)", [PATIENCE])
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, false)", [usual])
