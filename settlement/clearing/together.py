"""Several differences of one kind take the same step with one reason."""

from collections.abc import Sequence
from itertools import groupby

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.clearing.differences import Seen, Worked, work_off
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE

MOST = 50


def work_off_together(*, by: User, chosen: Sequence[Seen], verb: str, reason: str = "") -> list[Worked]:
    """The step of each, month by month, each month in a transaction of its own; one that is refused keeps none of the
    others from being worked off.

    Raises Refused, and touches none, where nothing is chosen, too much, or differences of several kinds.
    """
    if not chosen:
        raise Refused.because("nothing_chosen", _("请先勾选差异"))
    if len(chosen) > MOST:
        raise Refused.because("too_many", _("一次最多办理%d笔") % MOST)
    if len({seen.difference.kind for seen in chosen}) > 1:
        raise Refused.because("several_kinds", _("只能一并办理同一种差异，请先按“差异”筛选"))
    if not DIFFERENCE_LIFECYCLE.moves[verb].needs_reason:
        reason = ""
    done: list[Worked] = []
    for _month, of_month in groupby(sorted(chosen, key=_month_of), key=_month_of):
        done += work_off(by=by, chosen=list(of_month), verb=verb, reason=reason)
    return done


def _month_of(seen: Seen) -> int:
    return seen.difference.month_id
