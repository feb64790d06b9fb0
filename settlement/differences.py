"""Where the platform has calculated already: its figures as a result, what ours differ in, how that is worked off."""

from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal

from django.contrib.auth.models import User
from django.utils import timezone
from django.utils.translation import gettext as _

from settlement.accounts.bookkeeping import OF_SETLINFO
from settlement.calculation import Outcome, Result, SettlementInfo
from settlement.calculation.money import NIL, written
from settlement.calculation.result import Line
from settlement.claims.calculation import Worked
from settlement.models import Settlement, SettlementDifference
from settlement.models.difference import DIFFERENCE_LIFECYCLE

NOT_OURS = _("未配置")


def computed_elsewhere(figures: SettlementInfo, own: Worked) -> Worked:
    """What the platform says, as a calculation of its own: on the same year, with what is followed up later."""
    lines = tuple(
        Line(label_of(name), written(getattr(figures, name)), _("平台计算"))
        for name in OF_SETLINFO
        if getattr(figures, name)
    )
    result = Result(
        outcome=Outcome.CALCULATED,
        deductible=figures.act_pay_dedc,
        standard=own.result.standard,  # the platform tells none; the year may go on by it
        fund=figures.fund_pay_sumamt,
        personal=figures.psn_part_amt,
        lines=lines,
        warnings=(_("以平台计算结果为准，本门户核算仅作核对"),),
        setlinfo=figures,
        follow_ups=own.result.follow_ups,
    )
    return replace(own, result=result)


def note_difference(settlement: Settlement, figures: SettlementInfo, own: Worked) -> SettlementDifference | None:
    """A work item where the portal's own calculation differs or cannot be made; None where both agree."""
    ours = own.result.setlinfo
    rows = list(_differing(figures, ours)) if ours else []
    reasons = [] if own.is_calculated else [reason.as_dict() for reason in own.result.reasons]
    if not (rows or reasons):
        return None
    return SettlementDifference.objects.create(
        area_id=settlement.area_id, person_id=settlement.person_id, settlement=settlement, rows=rows, reasons=reasons
    )


def decide(
    *, by: User, difference: SettlementDifference, verb: str, reason: str, version: int | None = None
) -> SettlementDifference:
    """Explain a difference, or open it again.  Raises Refused."""

    def note(locked: SettlementDifference) -> None:
        locked.decided_by, locked.decided_at, locked.explanation = by, timezone.now(), reason.strip()[:300]

    def undo(locked: SettlementDifference) -> None:
        locked.decided_by = locked.decided_at = None
        locked.explanation = ""

    effect = note if verb == "explain" else undo
    return DIFFERENCE_LIFECYCLE.take(difference, verb, by=by, reason=reason, version=version, effect=effect)


def label_of(name: str) -> str:
    return str(Settlement._meta.get_field(name).verbose_name)  # type: ignore[union-attr]


def _differing(theirs: SettlementInfo, ours: SettlementInfo) -> Iterator[dict[str, str]]:
    for name in OF_SETLINFO:
        given: Decimal = getattr(theirs, name) or NIL
        own: Decimal | None = getattr(ours, name)
        if given != (own or NIL):
            told = NOT_OURS if own is None else written(own)
            yield {"name": name, "label": label_of(name), "theirs": written(given), "ours": told}
