"""The ways of a month of clearing, of a difference in it and of the advance fund, and what the database keeps of them.

A month that is cleared is closed: nothing enters it, leaves it or changes in it.
"""

from typing import Any

import pgtrigger
from django.utils.translation import gettext as _

from hospitals.access import Right, User, staff_name
from hospitals.lifecycle import Lifecycle, Move
from hospitals.reasons import Refused
from settlement.accounts.bookkeeping import FUND_COLUMNS
from settlement.clearing.words import CLOSED, TYPE_OF_SERVICE, AdvanceStatus, Handling
from settlement.clearing.words import ClearingDifferenceStatus as D
from settlement.clearing.words import ClearingMonthStatus as C

SUMS = ("medfee_sumamt", *FUND_COLUMNS, "fund_pay_sumamt", "psn_part_amt")
"""What a statement adds up of its settlements."""
CLEAR, SUPERVISE = Right.CLEAR, Right.KEEP_ADVANCE
UNDERWAY = frozenset({C.APPLIED, C.ACCEPTED, C.IN_REVIEW, C.REVIEWED})
BEFORE_DETAILS = frozenset({C.APPLIED, C.ACCEPTED})
WITH_TOTALS = frozenset({C.ACCEPTED, C.IN_REVIEW})

MONTH_LIFECYCLE = Lifecycle(
    (
        Move("gather", "重新汇总", frozenset({C.GATHERED}), C.GATHERED, CLEAR),
        Move("apply", "月结申报", frozenset({C.GATHERED}), C.APPLIED, CLEAR),
        Move("match_totals", "对总账", BEFORE_DETAILS, C.ACCEPTED, CLEAR),
        Move("match_details", "对明细账", WITH_TOTALS, C.IN_REVIEW, CLEAR),
        # what has come since is taken in, and what had been compared is compared again
        Move("renew", "重新汇总并对账", UNDERWAY | {C.REJECTED}, C.APPLIED, CLEAR),
        Move("finish", "审核完成", frozenset({C.IN_REVIEW}), C.REVIEWED, CLEAR),
        Move("reject", "驳回", UNDERWAY, C.REJECTED, CLEAR, True, is_destructive=True),
        Move("close", "确认清算", frozenset({C.REVIEWED}), C.CLEARED, CLEAR, not_by=("finished_by",)),
        Move("pay", "登记拨付", frozenset({C.CLEARED}), C.PAID, CLEAR, not_by=("closed_by",)),
        Move("take_back_payment", "撤销拨付登记", frozenset({C.PAID}), C.CLEARED, CLEAR, True, ("paid_by",), True),
    )
)


class DifferenceLifecycle(Lifecycle):
    """Whoever has taken a difference works it off."""

    def refusal(self, case: Any, verb: str, by: User, reason: str = "") -> Refused | None:
        refusal = super().refusal(case, verb, by, reason)
        is_others = case.status == D.TAKEN and case.handled_by_id != by.pk
        if refusal is None and is_others and verb in ("put_down", *RESOLVING):
            return Refused.because("taken", _("此差异已由%s领取") % staff_name(case.handled_by))
        return refusal


TAKEN = frozenset({D.TAKEN})
ANY = frozenset(D)
RESOLVING = ("correct_ours", "ask_platform", "propose_accepting", "propose_carrying")

DIFFERENCE_LIFECYCLE = DifferenceLifecycle(
    (
        Move("take", "领取", frozenset({D.OPEN}), D.TAKEN, CLEAR),
        Move("put_down", "放回", TAKEN, D.OPEN, CLEAR),
        Move("correct_ours", "本地已更正", TAKEN, D.RESOLVED, CLEAR, True),
        Move("ask_platform", "由平台更正", TAKEN, D.RESOLVED, CLEAR, True),
        # these two move money: a second person agrees
        Move("propose_accepting", "按平台数据认定", TAKEN, D.PROPOSED, CLEAR, True),
        Move("propose_carrying", "转入次月", TAKEN, D.PROPOSED, CLEAR, True),
        Move("confirm", "复核同意", frozenset({D.PROPOSED}), D.RESOLVED, CLEAR, not_by=("handled_by",)),
        Move("send_back", "退回", frozenset({D.PROPOSED}), D.TAKEN, CLEAR, True, not_by=("handled_by",)),
        Move("reopen", "重新处理", frozenset({D.RESOLVED}), D.OPEN, CLEAR, True),
        # what comparing again finds
        Move("compare_equal", "再次对账已一致", ANY - {D.RESOLVED}, D.RESOLVED, CLEAR),
        Move("compare_otherwise", "再次对账有变化", ANY, D.OPEN, CLEAR),
    )
)

WAITING = frozenset({AdvanceStatus.PROPOSED})
ADVANCE_LIFECYCLE = Lifecycle(
    (
        Move("approve", "批准", WAITING, AdvanceStatus.APPROVED, SUPERVISE, not_by=("made_by",)),
        Move("refuse", "不予批准", WAITING, AdvanceStatus.REFUSED, SUPERVISE, True, ("made_by",), True),
    )
)

_CLOSED = ", ".join(f"'{status}'" for status in CLOSED)
_CLOSED_TEXT = "该月已清算，不能改动；更正请计入次月"


def _refused(text: str) -> str:
    return f"RAISE EXCEPTION '{text}' USING ERRCODE = 'integrity_constraint_violation';"


def stays_open_for(name: str) -> pgtrigger.Trigger:
    """On a row of a month: it comes, changes and goes only while the month is open, which is held meanwhile."""
    return pgtrigger.Trigger(
        name=name,
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
        declare=[("state", "TEXT")],
        func=f"""
            FOR state IN SELECT status FROM settlement_clearingmonth
                WHERE id IN (CASE WHEN TG_OP <> 'INSERT' THEN OLD.month_id END,
                             CASE WHEN TG_OP <> 'DELETE' THEN NEW.month_id END) FOR SHARE
            LOOP
                IF state IN ({_CLOSED}) THEN {_refused(_CLOSED_TEXT)} END IF;
            END LOOP;
            RETURN CASE WHEN TG_OP = 'DELETE' THEN OLD ELSE NEW END;
        """,  # noqa: S608 - the names are ours
    )


def entries_stay() -> tuple[pgtrigger.Trigger, pgtrigger.Trigger]:
    """On entries, set by set: they enter and leave an open month alone, each where its settlement belongs."""
    held = f"""
        PERFORM 1 FROM settlement_clearingmonth month WHERE id IN (
            SELECT statement.month_id FROM touched JOIN settlement_clearingstatement statement
            ON statement.id = touched.statement_id
        ) ORDER BY id FOR SHARE;
        IF EXISTS (
            SELECT 1 FROM settlement_clearingmonth WHERE status IN ({_CLOSED}) AND id IN (
                SELECT statement.month_id FROM touched JOIN settlement_clearingstatement statement
                ON statement.id = touched.statement_id)
        ) THEN {_refused(_CLOSED_TEXT)} END IF;
    """  # noqa: S608 - the names are ours
    types = " ".join(f"WHEN '{service}' THEN '{kind}'" for service, kind in TYPE_OF_SERVICE.items())
    right_place = f"""
        IF EXISTS (
            SELECT 1 FROM touched
            JOIN settlement_settlement settled ON settled.id = touched.settlement_id
            JOIN settlement_clearingstatement statement ON statement.id = touched.statement_id
            JOIN settlement_clearingmonth month ON month.id = statement.month_id
            WHERE settled.way <> 'direct' OR settled.area_id <> statement.area_id
                OR settled.treatment_area_id <> statement.treatment_area_id OR settled.scheme <> statement.scheme
                OR settled.scope <> statement.scope
                OR CASE settled.service {types} END <> statement.clr_type
                OR date_trunc('month', settled.settled_on) > month.month
        ) THEN {_refused("结算与清算单不符")} END IF;
    """  # noqa: S608 - the names are ours
    return (
        pgtrigger.Trigger(
            name="enters_an_open_month",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Insert,
            referencing=pgtrigger.Referencing(new="touched"),
            func=f"{held} {right_place} RETURN NULL;",
        ),
        pgtrigger.Trigger(
            name="leaves_an_open_month",
            level=pgtrigger.Statement,
            when=pgtrigger.After,
            operation=pgtrigger.Delete,
            referencing=pgtrigger.Referencing(old="touched"),
            func=f"{held} RETURN NULL;",
        ),
    )


def closes_whole() -> pgtrigger.Trigger:
    """On the month: it is cleared with every difference worked off, and says what its entries come to."""
    booked = ", ".join(f"sum(settled.{name}) AS {name}" for name in SUMS)
    said = ", ".join(f"statement.{name}" for name in SUMS)
    found = ", ".join(f"COALESCE(booked.{name}, 0)" for name in SUMS)
    parts = ", ".join(f"COALESCE(sum({name}), 0) AS {name}" for name in ("medfee_sumamt", "fund_pay_sumamt"))
    return pgtrigger.Trigger(
        name="closes_whole",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__status=C.REVIEWED, new__status=C.CLEARED),
        func=f"""
            IF EXISTS (
                SELECT 1 FROM settlement_clearingdifference WHERE month_id = NEW.id AND status <> '{D.RESOLVED}'
            ) THEN {_refused("还有差异没有处理完")} END IF;
            IF EXISTS (
                SELECT 1 FROM settlement_clearingmonth
                WHERE area_id = NEW.area_id AND month < NEW.month AND status NOT IN ({_CLOSED})
            ) THEN {_refused("以前月份尚未清算")} END IF;
            IF EXISTS (
                SELECT 1 FROM settlement_clearingmonth
                WHERE area_id = NEW.area_id AND month > NEW.month AND status IN ({_CLOSED})
            ) THEN {_refused("以后月份已经清算")} END IF;
            IF EXISTS (
                SELECT 1 FROM settlement_clearingstatement statement
                LEFT JOIN (
                    SELECT entry.statement_id, count(*) AS count, {booked}
                    FROM settlement_clearingentry entry
                    JOIN settlement_clearingstatement own ON own.id = entry.statement_id
                    JOIN settlement_settlement settled ON settled.id = entry.settlement_id
                    WHERE own.month_id = NEW.id GROUP BY entry.statement_id
                ) booked ON booked.statement_id = statement.id
                WHERE statement.month_id = NEW.id AND (statement.count, {said}) <> (COALESCE(booked.count, 0), {found})
            ) OR NOT EXISTS (
                SELECT 1 FROM (SELECT COALESCE(sum(count), 0) AS count, {parts}
                FROM settlement_clearingstatement WHERE month_id = NEW.id) parts
                WHERE parts.count = NEW.count AND parts.medfee_sumamt = NEW.medfee_sumamt
                    AND parts.fund_pay_sumamt = NEW.fund_pay_sumamt
            ) OR NEW.adjustment <> (
                SELECT COALESCE(sum(COALESCE(their_fund_pay_sumamt, 0) - COALESCE(our_fund_pay_sumamt, 0)), 0)
                FROM settlement_clearingdifference WHERE month_id = NEW.id AND how = '{Handling.ACCEPTED}'
            ) THEN {_refused("清算单与结算明细不符，请重新汇总")} END IF;
            RETURN NEW;
        """,  # noqa: S608 - the names are ours
    )


def stays_closed() -> pgtrigger.Trigger:
    """On the month: once cleared, only its payment is written down, or taken back."""
    own = ", ".join(f"'{name}'" for name in ("status", "paid_by_id", "paid_at", "paid_on", "reference", "version"))
    return pgtrigger.Trigger(
        name="stays_closed",
        when=pgtrigger.Before,
        operation=pgtrigger.Update,
        condition=pgtrigger.Q(old__status__in=list(CLOSED)),
        func=f"""
            IF (OLD.status, NEW.status) NOT IN (('{C.CLEARED}', '{C.PAID}'), ('{C.PAID}', '{C.CLEARED}'))
                OR to_jsonb(NEW) - ARRAY[{own}] <> to_jsonb(OLD) - ARRAY[{own}]
            THEN {_refused(_CLOSED_TEXT)} END IF;
            RETURN NEW;
        """,
    )
