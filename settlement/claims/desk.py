"""The counter: a claim is taken in, changed, calculated and handed on."""

import datetime as dt
from dataclasses import replace
from uuid import UUID

from django.contrib.auth.models import User
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from filings.models import Filing, InsuredPerson
from hospitals.compiled import CompiledInsert, CompiledQuery, Given
from hospitals.history import doing
from hospitals.models import ServiceHall
from hospitals.reasons import Refused
from hospitals.turns import take_turns
from settlement.accounts.year import turn_of_year
from settlement.claims.calculation import Worked, work_out
from settlement.claims.checks import entry_faults, same_contents
from settlement.claims.clock import due_day
from settlement.claims.contents import entry_of, fill, keep_details, keep_materials, stay_of
from settlement.claims.entry import ClaimEntry, Details
from settlement.claims.locking import lock_at_counter, require_right
from settlement.claims.receipts import hold, turns_of
from settlement.claims.steps import Fresh, hand_on
from settlement.findings.looking import Held, hold_stays, look, turn_of_stays
from settlement.models import Claim, ClaimPolicy, Settlement
from settlement.models.claim import CLAIM_LIFECYCLE
from settlement.models.claim_policy import LookUp
from settlement.vocabulary import ClaimStatus

_OF_REQUEST = CompiledQuery(lambda: Claim.objects.filter(request_token=Given("token")).order_by())
_ACCEPTED = CompiledInsert(Claim)
NOT_COST = (ClaimStatus.REFUSED, ClaimStatus.WITHDRAWN)


def accept_claim(
    *,
    by: User,
    on: dt.date,
    person: InsuredPerson,
    hall: ServiceHall | None,
    entry: ClaimEntry,
    request_token: UUID,
    hands_on: bool = False,
) -> Claim:
    """Take a claim in on a day and calculate it.  The same request twice makes one claim.

    hall: the window, None where it is taken in for the whole area.  hands_on: settle it and hand it on to review at
    once.  Raises Refused.
    """
    with transaction.atomic(), doing(_("受理"), by=by):
        year = [turn_of_year(person, entry.stay.admitted_on)] if hands_on else []
        receipts = turns_of(receipt.key for receipt in entry.receipts)
        take_turns([f"request {request_token}"], year, [turn_of_stays(person)], receipts)
        if earlier := _OF_REQUEST.first(token=request_token):
            return _same_again(earlier, by, entry)
        claim = Claim(
            area=person.area, hall=hall, person=person, made_by=by, accepted_on=on, request_token=request_token
        )
        require_right(claim, by)
        if hall and hall.area_id != person.area_id:
            raise Refused.because("hall", _("%s不属于参保地") % hall.name)
        rules_on = ClaimPolicy.objects.rules_on_days(person.area_id, on, entry.stay.admitted_on)
        fresh = _enter(claim, entry, by=by, rules_on=rules_on)
        if hands_on:
            new_in_it = ("calculation", "settlement")
            CLAIM_LIFECYCLE.go_on(claim, "submit", lambda new: hand_on(new, by=by, fresh=fresh), written=new_in_it)
        else:
            look(claim, fresh.held)
            if claim.calculation:
                claim.save(update_fields=["calculation"])
    return claim


def change_claim(*, by: User, claim: Claim, version: int, entry: ClaimEntry) -> Claim:
    """Put other contents in the place of what was entered, while the claim is at the counter.  Raises Refused.

    version: what the person saw.
    """
    with transaction.atomic(), doing(_("修改"), by=by):
        locked = lock_at_counter(claim, by, version)
        look(locked, _enter(locked, entry, by=by).held)
        locked.save()
    return locked


def replace_details(*, by: User, claim: Claim, version: int, details: Details) -> Claim:
    """Put these details in the place of the claim's; total and eligible follow from them.  Raises Refused.

    version: what the person saw.
    """
    with transaction.atomic(), doing(_("导入明细"), by=by):
        locked = lock_at_counter(claim, by, version)
        entry, cost = entry_of(locked), details.cost()
        if cost is None:
            raise Refused.because("details", _("没有明细"))
        stay = replace(entry.stay, total=cost.total, eligible=cost.eligible, cost=cost)
        look(locked, _enter(locked, replace(entry, stay=stay, details=details), by=by).held)
        locked.save()
    return locked


def calculate_claim(*, by: User, claim: Claim, version: int) -> Claim:
    """Calculate again, by the filing, insurance and policy as they stand now.  Raises Refused."""
    with transaction.atomic(), doing(_("重新计算"), by=by):
        locked = lock_at_counter(claim, by, version)
        _calculate(locked, by=by)
        locked.save()
    return locked


def last_cost_day_under(filing: Filing) -> dt.date | None:
    """The last day of the stays claimed or settled under a filing, None without any: such a filing may be locked."""
    claims = Claim.objects.filter(filing=filing).exclude(status__in=NOT_COST)
    settled = Settlement.objects.standing().filter(filing=filing, claim=None)
    days = (rows.aggregate(last=Max("discharged_on"))["last"] for rows in (claims, settled))
    return max((day for day in days if day is not None), default=None)


def _same_again(earlier: Claim, by: User, entry: ClaimEntry) -> Claim:
    if earlier.made_by_id == by.pk and same_contents(earlier, entry):
        return earlier
    raise Refused.because("already_accepted", _("此表单已受理为报销件 %s，请在该件上修改") % earlier.number)


def _enter(claim: Claim, entry: ClaimEntry, *, by: User, rules_on: LookUp | None = None) -> Fresh:
    """Write the entry into the claim with its rows, and calculate it.  Within the caller's transaction, which saves.

    A new claim gets its row here, which its rows need; its caller has taken the turns.
    """
    is_new = claim.pk is None
    fill(claim, entry)
    claim.entered_by = sorted({*(claim.entered_by or ()), by.pk})
    faults = entry_faults(claim, entry)
    if faults:
        raise Refused.all_of(faults)
    claim.category = entry.stay.category or claim.category
    if not is_new:
        hold_stays(claim.person)
    worked = _calculate(claim, by=by, rules_on=rules_on)
    elsewhere = hold(claim, entry.receipts, is_new=is_new)
    keep_materials(claim, entry.materials, is_new=is_new)
    keep_details(claim, entry.details, is_new=is_new)
    numbers = frozenset(f"{code} {number}" for code, number in (receipt.key for receipt in entry.receipts))
    return Fresh(worked, entry, Held(numbers, elsewhere))


def _calculate(claim: Claim, *, by: User, rules_on: LookUp | None = None) -> Worked:
    """Work the stay out and keep what follows of it; a calculation is written only where it says something new."""
    worked = work_out(claim.person, stay_of(claim), rules_on=rules_on)
    standing = worked.standing
    claim.filing, claim.category, claim.scope = standing.filing, standing.category, standing.scope
    claim.tier = standing.tier or ""
    insured = standing.participation
    claim.scheme, claim.employment, claim.hardship = insured.scheme, insured.employment, insured.hardship
    if claim.pk is None:
        claim.due_on = due_day(claim.area_id, claim.accepted_on, rules_on)
        _ACCEPTED.add(claim)
    if claim.calculation is None or not worked.agrees_with(claim.calculation):
        claim.calculation = worked.stored(by=by, claim=claim) if worked.is_calculated else None
    return worked
