"""Receipts: no two claims that are alive hold the same one, whoever claims it, wherever.

One of a claim that was refused, withdrawn or reversed may be handed in again: it is found and looked into (findings).
"""

from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from uuid import UUID

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from hospitals.compiled import CompiledInsert, CompiledQuery, Given
from hospitals.reasons import Reason, Refused
from hospitals.turns import take_turns
from settlement.claims.entry import ReceiptEntry, ReceiptKey
from settlement.claims.manual_reasons import ticket_faults
from settlement.models import Claim, Receipt

_HELD = CompiledInsert(Receipt)


def taken(
    keys: Iterable[ReceiptKey], *, by_others_than: Claim | None = None, made_by: UUID | None = None
) -> dict[ReceiptKey, Reason]:
    """Which of these receipts other claims that are alive hold, anywhere: their number and area, nothing more.

    made_by: a request whose claim is not another one.
    """
    wanted = list(keys)
    if not wanted:
        return {}
    found = _numbered(wanted).filter(bars_others=True)
    if by_others_than is not None:
        found = found.exclude(claim=by_others_than)
    if made_by is not None:
        found = found.exclude(claim__request_token=made_by)
    return {(receipt.code, receipt.number): _taken(receipt) for receipt in found}


def _numbered(keys: Iterable[ReceiptKey]) -> QuerySet[Receipt]:
    """keys: at least one."""
    wanted = Q()
    for code, number in keys:
        wanted |= Q(code=code, number=number)
    return Receipt.objects.filter(wanted).select_related("claim__area")


def _taken(receipt: Receipt) -> Reason:
    text = _("票据 %(code)s %(number)s 已用于报销件 %(claim)s（%(area)s），不能重复报销")
    claim = receipt.claim
    words = {"code": receipt.code, "number": receipt.number, "claim": claim.number, "area": claim.area.name}
    return Reason("receipt_taken", text % words)


def repeated(receipts: Sequence[ReceiptEntry]) -> list[ReceiptKey]:
    """The receipts that stand more than once among these."""
    return [key for key, times in Counter(receipt.key for receipt in receipts).items() if times > 1]


def turns_of(keys: Iterable[ReceiptKey]) -> list[str]:
    return [f"receipt {code} {number}" for code, number in keys]


def hold(claim: Claim, receipts: Sequence[ReceiptEntry], *, is_new: bool = False) -> list[Receipt]:
    """Make these the receipts of the claim; those it no longer has become free.  Within the caller's transaction.

    Two who hold the same receipt at once take turns: the second one waits here, and then sees whose it is.  Returns the
    same receipts as claims have them that are over.
    is_new: the claim has none yet, and its caller has taken their turns.  Raises Refused.
    """
    again = repeated(receipts)
    if again:
        raise Refused.all_of(Reason("receipt_repeated", _("票据 %s 在本件中重复") % " ".join(key)) for key in again)
    wanted = {receipt.key: receipt for receipt in receipts}
    held = {} if is_new else {(receipt.code, receipt.number): receipt for receipt in claim.receipts.all()}
    if not is_new:
        take_turns(turns_of(wanted.keys() | held.keys()))
    elsewhere = _elsewhere(claim, wanted) if wanted else []
    if conflicts := [_taken(receipt) for receipt in elsewhere if receipt.bars_others]:
        raise Refused.all_of(conflicts)
    if gone := [receipt.pk for key, receipt in held.items() if key not in wanted]:
        Receipt.objects.filter(pk__in=gone).delete()
    for key, receipt in held.items():
        if key in wanted and _written(receipt, wanted[key]):
            receipt.save()
    new = [Receipt(claim=claim, code=code, number=number) for code, number in wanted if (code, number) not in held]
    for receipt in new:
        _written(receipt, wanted[receipt.code, receipt.number])
    _HELD.add_all(new)
    return elsewhere


def _elsewhere(claim: Claim, keys: Collection[ReceiptKey]) -> list[Receipt]:
    """The same receipts as other claims have them; nearly always it is one receipt that none has."""
    if len(keys) == 1:
        (code, number), *_none = keys
        if not _HAD_BY_OTHERS.all(code=code, number=number, claim=claim.pk):
            return []
    return list(_numbered(keys).exclude(claim=claim))


_HAD_BY_OTHERS = CompiledQuery(
    lambda: (
        Receipt.objects.filter(code=Given("code"), number=Given("number"))
        .exclude(claim=Given("claim"))
        .values_list("pk")[:1]
    )
)


def bar_again(claim: Claim) -> None:
    """The claim comes alive again with the receipts it has.  Within the caller's transaction.

    Raises Refused where another claim holds one of them, or rests on its ticket, meanwhile.
    """
    keys = [(receipt.code, receipt.number) for receipt in claim.receipts.all()]
    take_turns(turns_of(keys))
    conflicts = taken(keys, by_others_than=claim)
    faults = [*conflicts.values(), *(ticket_faults(claim) if claim.ticket_id else ())]
    if faults:
        raise Refused.all_of(faults)


def _written(receipt: Receipt, entry: ReceiptEntry) -> bool:
    """Whether that changes anything."""
    now = (entry.check_code, entry.amount, entry.issued_on)
    if now == (receipt.check_code, receipt.amount, receipt.issued_on):
        return False
    receipt.check_code, receipt.amount, receipt.issued_on = now
    return True
