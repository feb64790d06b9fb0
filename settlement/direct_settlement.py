"""Direct settlement: by home policy, on what the treatment area's catalogue makes eligible (WF-09, TL-13)."""

import datetime as dt
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.models import Filing, InsuredPerson
from filings.vocabulary import SettlementWay
from hospitals.access import Right, reach_of
from hospitals.compiled import CompiledQuery, Given
from hospitals.history import doing
from hospitals.reasons import Refused
from hospitals.turns import take_turns
from settlement.accounts.posting import StayRecord, post, reverse
from settlement.accounts.year import hold_year
from settlement.calculation import SettlementInfo
from settlement.claims.calculation import Worked, work_out
from settlement.claims.entry import StayEntry
from settlement.differences import computed_elsewhere, note_difference
from settlement.findings.looking import look_at_claims, turn_of_stays
from settlement.models import Admission, OffHospitalSlip, Settlement, SettlementDifference
from settlement.models.difference import DIFFERENCE_LIFECYCLE
from settlement.models.gateway import ADMISSION_LIFECYCLE
from settlement.recoupments.following import after_settling


def settle_directly(
    *,
    by: User,
    person: InsuredPerson,
    entry: StayEntry,
    on: dt.date,
    diagnosis: str = "",
    receipts: tuple[str, ...] = (),
) -> Settlement:
    """Calculate a stay and write it into the books, in one transaction.  by: the portal's account for the platform.

    Raises Refused where the person's standing forbids it or a number is not configured.
    """
    with transaction.atomic():
        hold_year(person, entry.admitted_on)
        return settle_held(by=by, person=person, entry=entry, on=on, diagnosis=diagnosis, receipts=receipts)


def settle_held(
    *,
    by: User,
    person: InsuredPerson,
    entry: StayEntry,
    on: dt.date,
    diagnosis: str = "",
    receipts: tuple[str, ...] = (),
    held: Filing | None = None,
) -> Settlement:
    """The same by who holds the person's year already, in the caller's transaction, which a refusal ends.

    held: a filing whose row the caller has locked.
    """
    worked = work_out(person, entry, basis=SettlementWay.DIRECT)
    if worked.stay is None or not worked.is_calculated:
        raise Refused.all_of(worked.result.reasons)
    if held is None or held != worked.standing.filing:
        _hold_filing(worked.standing.filing)
    return _entered(by=by, on=on, person=person, entry=entry, worked=worked, diagnosis=diagnosis, receipts=receipts)


def take_over(
    *,
    by: User,
    person: InsuredPerson,
    entry: StayEntry,
    on: dt.date,
    figures: SettlementInfo,
    setl_id: str,
    **kept: Any,
) -> Settlement:
    """Write into the books what the platform has calculated: its figures are the truth, ours a check.

    setl_id: the platform's.  kept: diagnosis, receipts.  What differs, or cannot be checked, is work for a reviewer.
    Raises Refused where the person's standing gives no tier.
    """
    with transaction.atomic():
        hold_year(person, entry.admitted_on)
        own = work_out(person, entry, basis=SettlementWay.DIRECT)
        if own.stay is None:
            raise Refused.all_of(own.result.reasons)
        _hold_filing(own.standing.filing)
        made = _entered(
            by=by,
            on=on,
            person=person,
            entry=entry,
            worked=computed_elsewhere(figures, own),
            platform_setl_id=setl_id,
            own_calculation=own.stored(by=by) if own.is_calculated else None,
            **kept,
        )
        note_difference(made, figures, own)
    return made


def _entered(
    *, by: User, on: dt.date, person: InsuredPerson, entry: StayEntry, worked: Worked, **kept: Any
) -> Settlement:
    """Into the books, and what follows from it.  kept: what else of a `StayRecord`."""
    assert worked.stay is not None  # noqa: S101 - the caller has looked
    record = StayRecord(
        person=person,
        category=worked.standing.category,
        treatment_area=entry.treatment_area,
        hospital_name=entry.hospital_name,
        filing=worked.standing.filing,
        hospital=entry.hospital,
        **kept,
    )
    made = post(by=by, on=on, record=record, stay=worked.stay, result=worked.result, calculation=worked.stored(by=by))
    take_turns([turn_of_stays(person)], (f"receipt {number}" for number in made.receipts))
    look_at_claims(made)
    after_settling(made)
    return made


def _hold_filing(filing: Filing | None) -> None:
    """Nobody ends it until the stay is in the books.  Raises Refused where somebody has just done so."""
    if filing and _FILING_HELD.get(pk=filing.pk).version != filing.version:
        raise Refused.because("changed_meanwhile", _("备案 %s 刚刚变动，请重新结算") % filing.number)


_FILING_HELD = CompiledQuery(
    lambda: Filing.objects.filter(pk=Given("pk")).only("version").order_by().select_for_update(no_key=True)
)


def reverse_settlement(*, by: User, settlement: Settlement, reason: str, on: dt.date) -> Settlement:
    """Take a direct settlement back, by a supervisor.  Raises Refused.

    One made by hand is taken back with its claim.
    """
    if not reach_of(by).covers(Right.REVERSE_SETTLEMENTS, settlement.area_id):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.REVERSE_SETTLEMENTS.label)
    return take_back(by=by, settlement=settlement, reason=reason, on=on)


def take_back(*, by: User, settlement: Settlement, reason: str, on: dt.date, recoup: bool = True) -> Settlement:
    """The same by whoever may: a supervisor, or the portal for the hospital that settled it.  Raises Refused.

    The stay that it settled is one to be settled again, with its slips.  recoup: False where the hospital itself takes
    it back: nothing was paid to the person, and clearing sees the contrary row.
    """
    if settlement.claim_id:
        raise Refused.because("by_hand", _("手工报销的结算随报销件 %s 冲正") % settlement.claim)
    with transaction.atomic(), doing(_("冲正结算"), by=by, reason=reason):
        contrary = reverse(by=by, settlement=settlement, reason=reason, on=on, recoup=recoup)
        OffHospitalSlip.objects.filter(settlement=settlement).update(settlement=None)
        if admission := Admission.objects.filter(settlement=settlement).first():
            ADMISSION_LIFECYCLE.follow(admission, "reverse", effect=_unsettled)
        if difference := SettlementDifference.objects.filter(settlement=settlement).first():
            DIFFERENCE_LIFECYCLE.follow(difference, "correct")
    return contrary


def _unsettled(admission: Admission) -> None:
    admission.settlement = None
