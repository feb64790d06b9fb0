"""Commitments: signed where materials are missing, kept by handing them in one by one, void where the case ends before.

Whoever locks several rows does it in this order, so that nobody waits in a ring: person, filing, commitment, sanctions.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.application import Seen
from filings.appraisal import Assessment
from filings.assessment import MaterialGroup
from filings.decision import counted
from filings.models import Commitment, CommitmentItem, Filing, FilingMaterial, FilingPolicy, InsuredPerson
from filings.models.commitment_lifecycle import COMMITMENT_LIFECYCLE, CommitmentStatus
from filings.vocabulary import CommitmentPurpose, Matter
from hospitals.access import Right, reach_of
from hospitals.constraints import refused_by_constraints
from hospitals.history import doing
from hospitals.models import ServiceHall
from hospitals.periods import add_months
from hospitals.reasons import Reason, Refused

# Who locks what rests on a commitment before the commitment itself is locked, and what else follows inside the
# transaction in which it is kept, on the day of the last material: the apps that pay add their own when they start.
commitment_holders: list[Callable[[Commitment], None]] = []
keep_witnesses: list[Callable[[Commitment, dt.date], None]] = []


def sign_for_claim(
    *, by: User, person: InsuredPerson, missing: Iterable[MaterialGroup], on: dt.date, hall: ServiceHall | None = None
) -> Commitment:
    """The person signs to hand in later what a claim still lacks.  Raises Refused where the policy knows no such way.

    One transaction with the claim that points to it.
    """
    if not reach_of(by).covers(Right.ACCEPT_CLAIMS, person.area_id, hall.pk if hall else None):
        raise Refused.because("no_right", _("您在此处没有“{right}”的权限").format(right=Right.ACCEPT_CLAIMS.label))
    policy = FilingPolicy.objects.in_force(person.area_id, on)
    if policy is None or not policy.commitment_months:
        raise Refused.because("commitment_not_offered", _("文件未规定可凭承诺补充材料，须补齐后再办理"))
    commitment = Commitment(
        area_id=person.area_id,
        hall=hall,
        person=person,
        purpose=CommitmentPurpose.CLAIM,
        signed_on=on,
        due_on=add_months(on, policy.commitment_months),
        policy=policy,
        made_by=by,
    )
    with transaction.atomic(), doing(_("签订承诺补充书"), by=by):
        return _signed(commitment, missing)


def keep_commitment(*, by: User, filing: Filing, assessment: Assessment, on: dt.date) -> Commitment | None:
    """The commitment that a filing just taken in, or handed in anew, rests on; None where nothing is missing.

    A filing handed in anew keeps its commitment and its due day; what it lacks now is what is still to be handed in.
    on: today.  Inside the filing's own transaction.  Raises Refused.
    """
    answer = assessment.answer
    earlier = filing.commitments.open().select_for_update().first()
    if earlier is None:
        return _signed(_for_filing(by, filing, answer.complete_by), answer.missing) if answer.complete_by else None
    _in_time(earlier, on)
    earlier.items.filter(material="").delete()
    _list_missing(earlier, answer.missing)
    if not answer.missing:
        reason = _("重新提交时材料已补齐")
        COMMITMENT_LIFECYCLE.follow(earlier, "complete", effect=lambda locked: _close(locked, by, reason))
    return earlier


def hand_in(
    *, by: User, commitment: Commitment, received: Mapping[int, Seen], on: dt.date, version: int | None = None
) -> Commitment:
    """Take in what was missing, some or all of it; with the last the commitment is complete.  Raises Refused.

    received: what was handed in for which item, by its key; counts as many as the document asks for, no fewer.
    """

    def take_in(locked: Commitment) -> None:
        _in_time(locked, on)
        if on < locked.signed_on:
            raise Refused.because("before_signature", _("补交日期不能早于签订日期 {day}").format(day=locked.signed_on))
        if not received:
            raise Refused.because("nothing_received", _("请勾选收到的材料"))
        faults = [fault for key, seen in received.items() if (fault := _fault(items.get(key), seen))]
        if faults:
            raise Refused.all_of(faults)
        for key, seen in received.items():
            _receive(items[key], seen, by, on)
        if locked.filing_id:
            _add_to_filing(locked.filing_id, received.values())
        locked.problem = ""
        if is_all:
            _close(locked, by, _("材料已补齐"))

    with transaction.atomic():
        if commitment.filing_id:
            Filing.objects.select_for_update().get(pk=commitment.filing_id)
        hold_what_rests_on(commitment)
        Commitment.objects.select_for_update().get(pk=commitment.pk)
        items = {item.pk: item for item in CommitmentItem.objects.filter(commitment=commitment)}
        is_all = all(item.is_handed_in or item.pk in received for item in items.values())
        verb = "complete" if is_all else "hand_in"
        taken = COMMITMENT_LIFECYCLE.take(commitment, verb, by=by, version=version, effect=take_in)
        if is_all:
            with doing(COMMITMENT_LIFECYCLE.moves[verb].label, by=by):
                for witness in keep_witnesses:
                    witness(taken, on)
    return taken


def hold_what_rests_on(commitment: Commitment) -> None:
    """In the order in which whoever works on the case itself locks it: the case, then its commitment."""
    for hold in commitment_holders:
        hold(commitment)


def end_with_filing(*, by: User, filing: Filing, on: dt.date, reason: str) -> None:
    """A filing that ends takes its commitment with it, while there is still time; past its due day the daily run comes
    first.  Inside the filing's own transaction.  Raises Refused.
    """
    for commitment in filing.commitments.open().select_for_update():
        void(by=by, commitment=commitment, on=on, reason=reason)


def void(*, by: User, commitment: Commitment, on: dt.date, reason: str) -> Commitment:
    """What the commitment let go on has ended otherwise, so that nothing is owed.  Inside the case's own transaction.

    Raises Refused past the due day, and where it is closed already.
    """

    def close(locked: Commitment) -> None:
        _in_time(locked, on)
        _close(locked, by, reason)

    return COMMITMENT_LIFECYCLE.follow(commitment, "void", effect=close)


def holds_review(commitment: Commitment) -> Reason | None:
    """Why a claim under this commitment may not be reviewed and paid yet; None where nothing holds it."""
    if commitment.status == CommitmentStatus.OPEN:
        text = _("承诺补充的材料尚未补齐（{number}，期限 {day}），补齐后再审核拨付")
    elif commitment.status == CommitmentStatus.LAPSED:
        text = _("承诺补充的材料逾期未补齐（{number}，期限 {day}），不能审核拨付")
    else:
        return None
    text = text.format(number=commitment.number, day=commitment.due_on)
    return Reason("commitment_open", text, clause_of(commitment.policy))


def clause_of(policy: FilingPolicy) -> str:
    """Document and section on commitments; empty where the policy names none."""
    clause = policy.clause_rows.filter(matter=Matter.COMMITMENT).first()
    return f"《{policy.document}》{clause.section}" if clause else ""


def _for_filing(by: User, filing: Filing, due_on: dt.date) -> Commitment:
    return Commitment(
        area_id=filing.area_id,
        hall_id=filing.hall_id,
        person_id=filing.person_id,
        filing=filing,
        purpose=CommitmentPurpose.FILING,
        signed_on=filing.filed_on,
        due_on=due_on,
        policy_id=filing.policy_id,
        made_by=by,
    )


def _signed(commitment: Commitment, missing: Iterable[MaterialGroup]) -> Commitment:
    groups = tuple(missing)
    if not groups:
        raise Refused.because("nothing_missing", _("没有缺少的材料，无需签订承诺补充书"))
    with refused_by_constraints(Commitment):
        commitment.save()
    _list_missing(commitment, groups)
    return commitment


def _list_missing(commitment: Commitment, groups: Iterable[MaterialGroup]) -> None:
    CommitmentItem.objects.bulk_create(
        CommitmentItem(
            commitment=commitment,
            one_of=list(group.one_of),
            originals=group.originals,
            copies=group.copies,
            note=group.note,
            section=group.section,
        )
        for group in groups
    )


def _in_time(commitment: Commitment, on: dt.date) -> None:
    """Past its last day a commitment is the daily run's alone, so that a late run ends as a punctual one."""
    if on > commitment.due_on:
        text = _("承诺 {number} 已于 {day} 到期，由系统按逾期处理")
        raise Refused.because("commitment_overdue", text.format(number=commitment.number, day=commitment.due_on))


def _fault(item: CommitmentItem | None, seen: Seen) -> Reason | None:
    if item is None:
        return Reason("unknown_item", _("所列材料已变动，请核对后再办理"))
    if item.is_handed_in:
        return Reason("handed_in_already", _("{material}已于 {day} 收取").format(material=item, day=item.handed_in_on))
    if seen.material not in item.group.one_of:
        return Reason("other_material", _("{given}不在所缺的{asked}之列").format(given=seen.material.label, asked=item))
    if not (seen.meets(item.group) and seen.originals + seen.copies):
        counts = counted(item.originals, item.copies) or _("至少 1 份")
        return Reason("too_few", _("{material}应交{counts}").format(material=seen.material.label, counts=counts))
    return None


def _receive(item: CommitmentItem, seen: Seen, by: User, on: dt.date) -> None:
    item.material, item.seen_originals, item.seen_copies = seen.material, seen.originals, seen.copies
    item.handed_in_on, item.received_by = on, by
    item.save()


def _add_to_filing(filing: int, received: Iterable[Seen]) -> None:
    """What was handed in later stands among the filing's materials; a material seen before, if too few, stays."""
    FilingMaterial.objects.bulk_create(
        [
            FilingMaterial(filing_id=filing, material=seen.material, originals=seen.originals, copies=seen.copies)
            for seen in received
        ],
        ignore_conflicts=True,
    )


def _close(commitment: Commitment, by: User, reason: str) -> None:
    commitment.closed_by, commitment.closed_at, commitment.close_reason = by, timezone.now(), reason.strip()
