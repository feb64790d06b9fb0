"""Social-security cards: registered, lost and found, tested, replaced."""

import datetime as dt
import re
import uuid
from collections.abc import Iterable
from typing import Any

from django.contrib.auth.models import User
from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from filings.application import Agent, Seen
from filings.assessment import FilingRules, MaterialGroup
from filings.decision import counted
from filings.identity import normal_number
from filings.models import CardReplacement, CardTest, FilingPolicy, InsuredPerson, SocialSecurityCard
from filings.models.card_lifecycles import CARD_LIFECYCLE, REPLACEMENT_LIFECYCLE, ReplacementStatus
from filings.register import require_in, save
from filings.vocabulary import RELATIVES, CardStatus, CardTestResult, CardTestWay, Matter, Procedure
from hospitals.access import Right
from hospitals.constraints import checked
from hospitals.reasons import Reason, Refused

CARD_NUMBER = re.compile(r"[A-Z0-9]{6,20}")


def issue_card(
    *,
    by: User,
    person: InsuredPerson,
    number: str,
    generation: str = "",
    bank: str = "",
    issued_on: dt.date | None = None,
) -> SocialSecurityCard:
    """Record a new card; those used or lost until now stay on record, replaced.

    generation: a CardGeneration; issued_on: as far as they are known.
    """
    require_in(by, Right.KEEP_PEOPLE, person.area)
    number = normal_number(number)
    if not CARD_NUMBER.fullmatch(number):
        raise Refused.because("card_number", _("卡号应为6至20位字母或数字"))
    with transaction.atomic():
        _lock(person)
        for card in person.cards.exclude(status=CardStatus.REPLACED):
            CARD_LIFECYCLE.take(card, "replace", by=by)
        card = SocialSecurityCard(
            person=person, area=person.area, number=number, generation=generation, bank=bank, issued_on=issued_on
        )
        save(card, _("登记社会保障卡"), by=by)
    return card


def report_lost(
    *, by: User, card: SocialSecurityCard, reason: str = "", version: int | None = None
) -> SocialSecurityCard:
    return CARD_LIFECYCLE.take(card, "report_lost", by=by, reason=reason, version=version)


def report_found(*, by: User, card: SocialSecurityCard, reason: str, version: int | None = None) -> SocialSecurityCard:
    return CARD_LIFECYCLE.take(card, "find", by=by, reason=reason, version=version)


def record_test(
    *,
    by: User,
    card: SocialSecurityCard,
    on: dt.date,
    tested_on: dt.date,
    way: CardTestWay,
    result: CardTestResult,
    finding: str = "",
) -> CardTest:
    """Record what a test of the card in use showed.  on: today.  finding: needed where it failed."""
    require_in(by, Right.KEEP_PEOPLE, card.area)
    if tested_on > on:
        raise Refused.because("tested_later", _("检测日期 {day} 晚于今天").format(day=tested_on))
    with transaction.atomic():
        locked = SocialSecurityCard.objects.select_for_update().get(pk=card.pk)
        if not locked.is_current:
            status = locked.get_status_display()
            raise Refused.because("card_not_in_use", _("此卡{status}，不能检测").format(status=status))
        test = CardTest(
            card=locked, area=locked.area, tested_on=tested_on, way=way, result=result, finding=finding.strip(), by=by
        )
        checked(test)
        test.save()
    return test


def ask_for_replacement(
    *,
    by: User,
    person: InsuredPerson,
    on: dt.date,
    request_token: uuid.UUID,
    agent: Agent | None = None,
    materials: Iterable[Seen] = (),
) -> CardReplacement:
    """Take in that a new card is asked for, by the person or by a relative.  The same token again gives the same one.

    Refused with each material that the policy in force asks for and nobody saw.  Where its document says nothing of
    replacement, what was seen is recorded and nothing demanded.
    """
    require_in(by, Right.KEEP_PEOPLE, person.area)
    seen = tuple(materials)
    with transaction.atomic():
        _lock(person)
        earlier = CardReplacement.objects.filter(request_token=request_token).first()
        if earlier:
            return _same(earlier, person, by)
        policy = FilingPolicy.objects.with_rows().in_force(person.area_id, on)
        rules = policy.rules() if policy else None
        procedure = Procedure.CARD_BY_RELATIVE if agent else Procedure.CARD_BY_SELF
        groups = rules.materials_for(procedure) if rules else ()
        if refusals := [*_agent_refusals(agent, rules, groups), *_missing(seen, rules, groups)]:
            raise Refused.all_of(refusals)
        old_card = person.cards.exclude(status=CardStatus.REPLACED).order_by("status", "-pk").first()
        replacement = CardReplacement(
            person=person,
            area=person.area,
            old_card=old_card,
            procedure=procedure,
            asked_on=on,
            answer=_answer(procedure, rules, groups, seen),
            made_by=by,
            request_token=request_token,
            **_agent_columns(agent),
        )
        save(replacement, _("受理补卡"), by=by)
    return replacement


def issue_replacement(
    *,
    by: User,
    replacement: CardReplacement,
    number: str,
    generation: str = "",
    bank: str = "",
    issued_on: dt.date | None = None,
    version: int | None = None,
) -> CardReplacement:
    """The new card is there: it is recorded, and the one it replaces is out of use."""

    def hand_out(locked: CardReplacement) -> None:
        locked.new_card = issue_card(
            by=by, person=locked.person, number=number, generation=generation, bank=bank, issued_on=issued_on
        )
        locked.ended_by, locked.ended_at = by, timezone.now()

    with transaction.atomic():
        _lock(replacement.person)
        return REPLACEMENT_LIFECYCLE.take(replacement, "issue", by=by, version=version, effect=hand_out)


def withdraw_replacement(
    *, by: User, replacement: CardReplacement, reason: str, version: int | None = None
) -> CardReplacement:
    def end(locked: CardReplacement) -> None:
        locked.ended_by, locked.ended_at, locked.end_reason = by, timezone.now(), reason.strip()

    return REPLACEMENT_LIFECYCLE.take(replacement, "withdraw", by=by, reason=reason, version=version, effect=end)


def open_replacement(person: InsuredPerson) -> CardReplacement | None:
    return person.replacements.filter(status=ReplacementStatus.ASKED).first()


def _agent_refusals(agent: Agent | None, rules: FilingRules | None, groups: tuple[MaterialGroup, ...]) -> list[Reason]:
    """Where the document lets relatives act, it lets nobody else."""
    if agent is None or rules is None or not groups or agent.relation in RELATIVES:
        return []
    text = _("补卡只能由本人或亲属办理，不能由{relation}代办").format(relation=agent.relation.label)
    return [Reason("agent_no_relative", text, rules.cite(groups[0].section))]


def _missing(seen: tuple[Seen, ...], rules: FilingRules | None, groups: tuple[MaterialGroup, ...]) -> list[Reason]:
    return [
        Reason("material_missing", _("缺少{what}").format(what=_named(group)), rules.cite(group.section))
        for group in groups
        if rules and not _is_met(group, seen)
    ]


def _is_met(group: MaterialGroup, seen: tuple[Seen, ...]) -> bool:
    return any(one.material in group.one_of and one.meets(group) and one.originals + one.copies for one in seen)


def _named(group: MaterialGroup) -> str:
    told = counted(group.originals, group.copies)
    return f"{group.label}（{told}）" if told else group.label


def _answer(
    procedure: Procedure, rules: FilingRules | None, groups: tuple[MaterialGroup, ...], seen: tuple[Seen, ...]
) -> dict[str, Any]:
    """Of JSON values.  where: where to go, in the document's words; unsaid: it has no such procedure."""
    unsaid = [] if groups else [Reason("replacement_unsaid", _("文件没有规定补卡手续，只作登记")).as_dict()]
    return {
        "required": [
            {"one_of": list(group.one_of), "originals": group.originals, "copies": group.copies} for group in groups
        ],
        "seen": [{"material": one.material, "originals": one.originals, "copies": one.copies} for one in seen],
        "where": [
            Reason(procedure, group.note, rules.cite(group.section)).as_dict()
            for group in groups
            if rules and group.note
        ],
        "reasons": unsaid,
        "source": rules.cite_matter(Matter.CARD_REPLACEMENT) if rules else "",
    }


def _agent_columns(agent: Agent | None) -> dict[str, str]:
    if agent is None:
        return {}
    return {
        "agent_name": agent.name,
        "agent_relation": agent.relation.value,
        "agent_phone": agent.phone,
        "agent_id_number": agent.id_number,
    }


def _same(earlier: CardReplacement, person: InsuredPerson, by: User) -> CardReplacement:
    if earlier.person_id != person.pk or earlier.made_by_id != by.pk:
        raise Refused.because("token_used", _("此页面已提交过，请重新打开页面"))
    return earlier


def _lock(person: InsuredPerson) -> None:
    InsuredPerson.objects.select_for_update(no_key=True).get(pk=person.pk)
