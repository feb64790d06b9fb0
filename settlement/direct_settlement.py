"""Direct settlement: by home policy, on what the treatment area's catalogue makes eligible (WF-09, TL-13)."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.models import Filing, InsuredPerson
from filings.vocabulary import SettlementWay
from hospitals.access import Right, reach_of
from hospitals.reasons import Refused
from hospitals.turns import take_turns
from settlement.accounts.posting import StayRecord, post, reverse
from settlement.accounts.year import hold_year
from settlement.claims.calculation import work_out
from settlement.claims.entry import StayEntry
from settlement.findings.looking import hold_stays, look_at_claims
from settlement.models import Settlement
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
        worked = work_out(person, entry, basis=SettlementWay.DIRECT)
        if worked.stay is None or not worked.is_calculated:
            raise Refused.all_of(worked.result.reasons)
        _hold_filing(worked.standing.filing)
        record = StayRecord(
            person=person,
            category=worked.standing.category,
            treatment_area=entry.treatment_area,
            hospital_name=entry.hospital_name,
            filing=worked.standing.filing,
            hospital=entry.hospital,
            diagnosis=diagnosis,
            receipts=receipts,
        )
        calculation = worked.stored(by=by)
        settlement = post(by=by, on=on, record=record, stay=worked.stay, result=worked.result, calculation=calculation)
        hold_stays(person)
        take_turns(f"receipt {number}" for number in receipts)
        look_at_claims(settlement)
        after_settling(settlement)
    return settlement


def _hold_filing(filing: Filing | None) -> None:
    """Nobody ends it until the stay is in the books.  Raises Refused where somebody has just done so."""
    if filing and Filing.objects.select_for_update(no_key=True).get(pk=filing.pk).version != filing.version:
        raise Refused.because("changed_meanwhile", _("备案 %s 刚刚变动，请重新结算") % filing.number)


def reverse_settlement(*, by: User, settlement: Settlement, reason: str, on: dt.date) -> Settlement:
    """Take a direct settlement back, by a supervisor.  Raises Refused.

    One made by hand is taken back with its claim.
    """
    if not reach_of(by).covers(Right.REVERSE_SETTLEMENTS, settlement.area_id):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.REVERSE_SETTLEMENTS.label)
    if settlement.claim:
        raise Refused.because("by_hand", _("手工报销的结算随报销件 %s 冲正") % settlement.claim.number)
    return reverse(by=by, settlement=settlement, reason=reason, on=on)
