"""Accounts that people are paid on: a failed payment's is put right, a person's is written down; never overwritten."""

from dataclasses import dataclass

from django.contrib.auth.models import User
from django.db import transaction
from django.utils.translation import gettext as _

from filings.models import InsuredPerson
from hospitals.access import Right, reach_of
from hospitals.constraints import checked, refused_by_constraints
from hospitals.history import doing
from hospitals.reasons import Refused
from settlement.models import Claim, PayeeAccount, Payment


@dataclass(frozen=True, slots=True)
class Account:
    """Who receives the money where.  proof: where it is not the insured person, what bears that out."""

    name: str
    bank: str
    account: str
    proof: str = ""


def correct_payee(*, by: User, payment: Payment, account: Account, reason: str) -> PayeeAccount:
    """The counter puts a failed payment's account right, so that the next batch pays it again.  Raises Refused.

    The same account may stand, where the reason says that the fault was not with it.
    """
    with transaction.atomic(), doing(_("更正收款账户"), by=by, reason=reason):
        if payment.claim_id:
            Claim.objects.select_for_update(no_key=True).get(pk=payment.claim_id)
        locked = Payment.objects.select_for_update(of=("self",)).select_related("claim").get(pk=payment.pk)
        _require_right(by, locked.area_id, locked.claim.hall_id if locked.claim else None)
        if not Payment.objects.failed_for_good().filter(pk=locked.pk).exists():
            raise Refused.because("not_failed", _("只有支付失败且未再次支付的可以更正"))
        return _written(by, locked.person, account, reason, locked)


def set_payee(*, by: User, person: InsuredPerson, account: Account, reason: str) -> PayeeAccount:
    """Write down the account on which a person's follow-ups are paid.  Raises Refused."""
    with transaction.atomic():
        _require_right(by, person.area_id, None)
        return _written(by, person, account, reason, None)


def proposal_for(person: InsuredPerson) -> Account | None:
    """What stands on record, else what the person's last claim says; to be looked at and confirmed."""
    known = PayeeAccount.objects.filter(person=person, corrects=None).first()
    if known:
        return Account(known.name, known.bank, known.account, known.proof)
    claim = Claim.objects.filter(person=person).order_by("-pk").first()
    return Account(claim.payee_name, claim.payee_bank, claim.payee_account) if claim else None


def _require_right(by: User, area: str, hall: int | None) -> None:
    reach = reach_of(by)
    anywhere = hall is None and area in reach.areas_of(Right.ACCEPT_CLAIMS)  # a person may come to any window
    if not anywhere and not reach.covers(Right.ACCEPT_CLAIMS, area, hall):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.ACCEPT_CLAIMS.label)


def _written(by: User, person: InsuredPerson, account: Account, reason: str, corrects: Payment | None) -> PayeeAccount:
    row = PayeeAccount(
        area_id=person.area_id,
        person=person,
        corrects=corrects,
        name=account.name.strip(),
        bank=account.bank.strip(),
        account=account.account.strip(),
        proof=account.proof.strip(),
        reason=reason.strip(),
        made_by=by,
    )
    checked(row)
    with refused_by_constraints(PayeeAccount):
        row.save(force_insert=True)
    return row
