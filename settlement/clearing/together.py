"""Several differences of one kind are worked off alike: one step, one reason, each in a transaction of its own."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from hospitals.reasons import Refused
from settlement.clearing.differences import STEPS
from settlement.clearing.lifecycle import DIFFERENCE_LIFECYCLE
from settlement.models import ClearingDifference

MOST = 50


@dataclass(frozen=True, slots=True)
class Seen:
    """A difference, and its version as the page showed it."""

    difference: ClearingDifference
    version: int


@dataclass(frozen=True, slots=True)
class Worked:
    """What came of one.  refusal: None where the step was taken."""

    difference: ClearingDifference
    refusal: Refused | None


def work_off_together(*, by: User, chosen: Sequence[Seen], verb: str, reason: str = "") -> list[Worked]:
    """The step of each, in their order; one that is refused keeps none of the others from being worked off.

    Raises Refused, and touches none, where nothing is chosen, too much, or differences of several kinds.
    """
    if not chosen:
        raise Refused.because("nothing_chosen", _("请先勾选差异"))
    if len(chosen) > MOST:
        raise Refused.because("too_many", _("一次最多办理%d笔") % MOST)
    if len({seen.difference.kind for seen in chosen}) > 1:
        raise Refused.because("several_kinds", _("只能一并办理同一种差异，请先按“差异”筛选"))
    given = {"reason": reason} if DIFFERENCE_LIFECYCLE.moves[verb].needs_reason else {}
    done = []
    for seen in chosen:
        try:
            taken = STEPS[verb](by=by, difference=seen.difference, version=seen.version, **given)
            done.append(Worked(taken, None))
        except Refused as refused:
            done.append(Worked(seen.difference, refused))
    return done
