"""A caller is verified before anything personal is told; that, and what was told, is on record."""

import datetime as dt

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.identity import normal_number
from filings.models import InsuredPerson
from filings.register import require_in
from filings.vocabulary import CardStatus, Relation
from hospitals.access import Right
from hospitals.constraints import checked
from hospitals.reasons import Refused
from hospitals.turns import take_turns
from settlement.models import CallerAnswer, CallerVerification
from settlement.vocabulary import CallerProof, Query

CALL = dt.timedelta(minutes=15)  # how long a verification is good for, at most
MOST_FAILURES = 3  # of one person in a day; then they are asked to come
TAIL = 4  # digits that a caller is asked for


def verify_caller(
    *,
    by: User,
    person: InsuredPerson,
    at: dt.datetime,
    name: str,
    id_number: str,
    proof: CallerProof,
    tail: str,
    relation: Relation | None = None,
    caller_name: str = "",
) -> CallerVerification:
    """Compare what the caller said of the person with the register; right or wrong, it is on record.

    name, id_number, tail: as said.  relation, caller_name: of a caller who is not the person.  The call before, if one
    is still open, ends.  Raises Refused where too many have failed for this person today.
    """
    require_in(by, Right.ANSWER_CALLERS, person.area)
    with transaction.atomic():
        take_turns([f"calls answered by {by.pk}"], [f"callers about {person.pk}"])
        failures = failures_today(person, at)
        if failures >= MOST_FAILURES:
            text = _("今日来电核验未通过已达 {count} 次，请本人持有效证件到窗口查询").format(count=failures)
            raise Refused.because("too_many_failures", text)
        end_call(by=by, at=at)
        verification = CallerVerification(
            area=person.area,
            person=person,
            relation=relation or "",
            caller_name=caller_name.strip(),
            name_matches=normal_number(name) == normal_number(person.name),
            id_matches=normal_number(id_number) == person.id_number,
            proof=proof,
            proof_matches=len(tail) == TAIL and normal_number(tail) in tails_of(person).get(proof, set()),
            made_by=by,
            made_at=at,
            good_until=at + CALL,
        )
        checked(verification)
        verification.save()
    return verification


def end_call(*, by: User, at: dt.datetime) -> None:
    """Nothing more is told in the call that `by` is answering; without one nothing happens."""
    CallerVerification.objects.filter(made_by=by, ended_at=None, made_at__lte=at).update(ended_at=at)


def current_call(by: User, at: dt.datetime) -> CallerVerification | None:
    """Whom `by` has on the line, verified, of a person whom they still may see."""
    rows = CallerVerification.objects.visible_to(by, Right.ANSWER_CALLERS).matched().select_related("person__area")
    return rows.filter(made_by=by, ended_at=None, good_until__gt=at).first()


def record_answer(*, by: User, query: Query, at: dt.datetime) -> CallerVerification:
    """Put on record that `by` is about to tell the caller on the line; gives who that is.  Raises Refused."""
    call = current_call(by, at)
    if call is None:
        raise Refused.because("not_verified", _("请先核验来电人"))
    CallerAnswer.objects.create(verification=call, query=query)
    return call


def failures_today(person: InsuredPerson, at: dt.datetime) -> int:
    midnight = timezone.localtime(at).replace(hour=0, minute=0, second=0, microsecond=0)
    return CallerVerification.objects.failed().filter(person=person, made_at__gte=midnight).count()


def tails_of(person: InsuredPerson) -> dict[CallerProof, set[str]]:
    """What the register can compare: the last digits of the card in use and of the telephone, where it knows them."""
    cards = person.cards.filter(status=CardStatus.IN_USE).values_list("number", flat=True)
    known = {
        CallerProof.CARD: {normal_number(number)[-TAIL:] for number in cards},
        CallerProof.PHONE: {person.phone[-TAIL:]} if len(person.phone) >= TAIL else set(),
    }
    return {proof: tails for proof, tails in known.items() if tails}
