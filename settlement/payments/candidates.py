"""What waits to be paid: claims that finance has released, and what settlements have left to be paid later."""

import datetime as dt
from collections.abc import Collection
from dataclasses import dataclass

from django.db.models import Exists, OuterRef, Q, QuerySet

from hospitals.models import Area
from settlement.models import Claim, Finding, FollowUpDue, PayeeAccount, Payment
from settlement.vocabulary import ClaimStatus, Component, Payer


@dataclass(frozen=True, slots=True)
class Period:
    """Days of settlement, both included."""

    first: dt.date
    last: dt.date


def claims_to_pay(area: Area) -> QuerySet[Claim]:
    """Released, with something to pay, in no batch and held by no finding; what failed waits for its correction."""
    theirs = {"claim": OuterRef("pk")}
    return Claim.objects.filter(
        ~Exists(Payment.objects.counting().filter(**theirs)),
        ~Exists(Payment.objects.failed_for_good().filter(correction=None, **theirs)),
        ~Exists(Finding.objects.holding().filter(**theirs)),
        area=area,
        status=ClaimStatus.RELEASED,
        calculation__fund__gt=0,
    )


def standing_dues() -> QuerySet[FollowUpDue]:
    """What is left to be paid later of settlements that stand; of a claim, once the claim itself is paid."""
    return FollowUpDue.objects.filter(
        Q(settlement__claim=None) | Q(settlement__claim__status=ClaimStatus.PAID),
        settlement__reverses=None,
        settlement__reversal=None,
    ).exclude(amount=0)


def dues_to_pay(area: Area, component: Component, payer: Payer, period: Period) -> QuerySet[FollowUpDue]:
    """Due, in no batch and not paid; what failed at the bank waits for its correction."""
    theirs = {"due": OuterRef("pk")}
    found = standing_dues().filter(
        ~Exists(Payment.objects.counting().filter(**theirs)),
        settlement__area=area,
        settlement__settled_on__range=(period.first, period.last),
        component=component,
        payer=payer,
    )
    if payer == Payer.INSURER:
        return found
    return found.exclude(Exists(Payment.objects.failed_for_good().filter(correction=None, **theirs)))


def payees_of(people: Collection[int]) -> dict[int, PayeeAccount]:
    """The account on record of each person, on which follow-ups are paid; one query."""
    rows = PayeeAccount.objects.filter(Q(corrects=None) | Q(corrects__claim=None), person__in=people)
    return {row.person_id: row for row in rows.order_by("person_id", "-pk").distinct("person_id")}
