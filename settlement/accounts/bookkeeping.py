# ruff: noqa: S608 - the names in these statements are ours
"""What the database keeps of the books: a settlement, its entries, the accounts and the claim bear each other out.

Whatever goes round the verbs of this package meets these triggers.
"""

import pgtrigger

from settlement.vocabulary import BASIC_FUND, FUND_OF_COMPONENT, Component

SUMS = ("deductible", "paid", "owed", "personal_eligible", "stays")
COLUMN_OF = {
    Component.CIVIL_SERVANT: "cvlserv_pay",
    Component.SERIOUS_ILLNESS: "hifmi_pay",
    Component.LARGE_AMOUNT: "hifob_pay",
    Component.MEDICAL_AID: "maf_pay",
}
FUND_COLUMNS = ("hifp_pay", *COLUMN_OF.values())
OF_SETLINFO = (
    *("medfee_sumamt", "fulamt_ownpay_amt", "overlmt_selfpay", "preselfpay_amt", "inscp_scp_amt", "act_pay_dedc"),
    *(*FUND_COLUMNS, "fund_pay_sumamt", "psn_part_amt"),
)
"""Amounts of a settlement under their names in the national interface."""
NEGATED = (*OF_SETLINFO, "eligible")
"""Those that a reversal takes contrary."""
OWN_OF_REVERSAL = ("id", "reverses_id", "reason", "settled_on", "made_by_id", "made_at", *NEGATED)

_FUND_OF_SCHEME = " ".join(f"WHEN '{scheme}' THEN '{fund}'" for scheme, fund in BASIC_FUND.items())
_BASIC = f"(CASE made.scheme {_FUND_OF_SCHEME} END)"
_COMPONENT_OF_FUND = " ".join(f"WHEN '{fund}' THEN '{component}'" for component, fund in FUND_OF_COMPONENT.items())
_COMPONENT = f"(CASE NEW.fund {_COMPONENT_OF_FUND} END)"
_COLUMN_OF_FUND = " ".join(f"WHEN '{FUND_OF_COMPONENT[one]}' THEN made.{column}" for one, column in COLUMN_OF.items())
_PAID = f"(CASE NEW.fund {_COLUMN_OF_FUND} END)"


def _refused(text: str) -> str:
    return f"RAISE EXCEPTION '{text}' USING ERRCODE = 'integrity_constraint_violation';"


def borne_out() -> pgtrigger.Trigger:
    """On the settlement: it is what was calculated for this person or claim; a reversal is the exact contrary."""
    contrary = " OR ".join(f"NEW.{name} <> -made.{name}" for name in NEGATED)
    own = ", ".join(f"'{name}'" for name in OWN_OF_REVERSAL)
    return pgtrigger.Trigger(
        name="settlement_is_borne_out",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        declare=[("made", "settlement_settlement%ROWTYPE")],
        func=f"""
            IF NEW.reverses_id IS NOT NULL THEN
                SELECT * INTO made FROM settlement_settlement WHERE id = NEW.reverses_id;
                IF made.reverses_id IS NOT NULL OR {contrary}
                    OR to_jsonb(NEW) - ARRAY[{own}] <> to_jsonb(made) - ARRAY[{own}]
                THEN {_refused("冲正须与原结算相反")} END IF;
            ELSIF NOT EXISTS (
                SELECT 1 FROM settlement_calculation WHERE id = NEW.calculation_id AND total = NEW.medfee_sumamt
                AND fund = NEW.fund_pay_sumamt AND claim_id IS NOT DISTINCT FROM NEW.claim_id
            ) OR NOT EXISTS (
                SELECT 1 FROM filings_insuredperson WHERE id = NEW.person_id AND area_id = NEW.area_id
            ) OR (NEW.claim_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM settlement_claim WHERE id = NEW.claim_id AND person_id = NEW.person_id
                AND total = NEW.medfee_sumamt
            )) THEN {_refused("结算与待遇计算、报销件不符")} END IF;
            RETURN NEW;
        """,
    )


def in_the_books() -> pgtrigger.Trigger:
    """On the settlement, as its transaction ends: every fund that pays has its entry, and its claim points at it."""
    return pgtrigger.Trigger(
        name="settlement_is_in_the_books",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        timing=pgtrigger.Deferred,
        declare=[("made", "settlement_settlement%ROWTYPE"), ("booked", "RECORD"), ("expected", "RECORD")],
        func=f"""
            made := NEW;
            SELECT count(*) AS entries, sum(paid) AS paid, sum(owed) AS owed, bool_or(fund = {_BASIC}) AS has_basic
            INTO booked FROM settlement_accountentry WHERE settlement_id = NEW.id;
            IF NEW.reverses_id IS NULL THEN
                SELECT booked.entries AS entries, coalesce(sum(amount), 0) AS owed
                INTO expected FROM settlement_followupdue WHERE settlement_id = NEW.id;
            ELSE
                SELECT count(*) AS entries, -sum(owed) AS owed
                INTO expected FROM settlement_accountentry WHERE settlement_id = NEW.reverses_id;
            END IF;
            IF booked.has_basic IS NOT TRUE OR booked.paid <> NEW.fund_pay_sumamt
                OR (booked.entries, booked.owed) IS DISTINCT FROM (expected.entries, expected.owed)
            THEN {_refused("结算未完整记入年度账户")} END IF;
            IF NEW.reverses_id IS NULL AND NEW.claim_id IS NOT NULL
                AND NOT EXISTS (SELECT 1 FROM settlement_claim WHERE settlement_id = NEW.id)
                AND NOT EXISTS (SELECT 1 FROM settlement_settlement WHERE reverses_id = NEW.id)
            THEN {_refused("手工报销的结算须由报销件指明")} END IF;
            IF EXISTS (SELECT 1 FROM settlement_claim WHERE settlement_id = NEW.reverses_id)
            THEN {_refused("报销件仍指明已冲正的结算")} END IF;
            RETURN NULL;
        """,
    )


def follows_settlement() -> pgtrigger.Trigger:
    """On the entry: the amounts of its settlement for that fund, or the contrary of the entry that it takes back."""
    contrary = ", ".join(f"-NEW.{name}" for name in SUMS)
    return pgtrigger.Trigger(
        name="entry_follows_settlement",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert,
        condition=pgtrigger.Q(new__settlement__isnull=False),
        declare=[("made", "settlement_settlement%ROWTYPE"), ("agrees", "BOOLEAN")],
        func=f"""
            SELECT * INTO made FROM settlement_settlement WHERE id = NEW.settlement_id;
            agrees := (made.area_id, made.person_id, made.year, made.service, made.reverses_id IS NOT NULL)
                = (NEW.area_id, NEW.person_id, NEW.year, NEW.service, NEW.kind = 'reversed');
            IF made.reverses_id IS NOT NULL THEN
                agrees := agrees AND EXISTS (
                    SELECT 1 FROM settlement_accountentry WHERE settlement_id = made.reverses_id AND fund = NEW.fund
                    AND ({", ".join(SUMS)}) = ({contrary})
                );
            ELSIF NEW.fund = {_BASIC} THEN
                agrees := agrees AND (NEW.deductible, NEW.paid, NEW.owed, NEW.personal_eligible, NEW.stays)
                    = (made.act_pay_dedc, made.hifp_pay, 0, made.inscp_scp_amt - made.hifp_pay,
                       (made.service = 'inpatient')::int);
            ELSE
                agrees := agrees AND (NEW.deductible, NEW.personal_eligible, NEW.stays) = (0, 0, 0)
                    AND NEW.paid = {_PAID} AND NEW.owed = (
                        SELECT coalesce(sum(amount), 0) FROM settlement_followupdue
                        WHERE settlement_id = made.id AND component = {_COMPONENT}
                    );
            END IF;
            IF agrees IS NOT TRUE THEN {_refused("明细账与结算不符")} END IF;
            RETURN NEW;
        """,
    )


def adds_to_account() -> pgtrigger.Trigger:
    """On the entry: it is added to its account; a settlement only to the account that it was calculated on.

    So two who read the same year and write one after the other cannot both be right, whoever forgot to hold it.
    """
    return pgtrigger.Trigger(
        name="entry_adds_to_account",
        when=pgtrigger.After,
        operation=pgtrigger.Insert,
        declare=[("account", "RECORD"), ("given", "JSONB"), ("earlier", "RECORD"), ("agrees", "BOOLEAN")],
        func=f"""
            UPDATE settlement_yearaccount SET {", ".join(f"{name} = {name} + NEW.{name}" for name in SUMS)}
            WHERE person_id = NEW.person_id AND year = NEW.year AND fund = NEW.fund
            RETURNING paid, owed, personal_eligible INTO account;
            IF NOT FOUND THEN
                INSERT INTO settlement_yearaccount (person_id, year, fund, {", ".join(SUMS)})
                VALUES (NEW.person_id, NEW.year, NEW.fund, {", ".join(f"NEW.{name}" for name in SUMS)});
                account := NEW;
            END IF;
            IF NEW.kind <> 'settled' THEN RETURN NULL; END IF;
            SELECT inputs INTO given FROM settlement_calculation WHERE id = (
                SELECT calculation_id FROM settlement_settlement WHERE id = NEW.settlement_id
            );
            IF {_COMPONENT} IS NOT NULL THEN
                agrees := account.paid - NEW.paid + account.owed - NEW.owed
                    = coalesce((given -> 'paid_this_year' ->> {_COMPONENT})::numeric, 0);
            ELSE
                SELECT coalesce(sum(deductible), 0) AS deductible, coalesce(sum(stays), 0) AS stays INTO earlier
                FROM settlement_accountentry WHERE person_id = NEW.person_id AND year = NEW.year
                AND fund = NEW.fund AND service = NEW.service AND id <> NEW.id;
                agrees := (account.paid - NEW.paid, account.personal_eligible - NEW.personal_eligible,
                           earlier.deductible, earlier.stays)
                    = ((given ->> 'fund_paid_this_year')::numeric, (given ->> 'personal_eligible_this_year')::numeric,
                       (given ->> 'deductible_paid_this_year')::numeric, (given ->> 'stays_this_year')::int);
            END IF;
            IF agrees IS NOT TRUE THEN {_refused("年度累计已有变动，须重新计算")} END IF;
            RETURN NULL;
        """,
    )


def settlement_is_its_own() -> pgtrigger.Trigger:
    """On the claim: it points at its own settlement, that of its calculation, and leaves it once that is reversed."""
    return pgtrigger.Trigger(
        name="settlement_is_its_own",
        when=pgtrigger.Before,
        operation=pgtrigger.Insert | pgtrigger.Update,
        func=f"""
            IF TG_OP = 'UPDATE' THEN
                IF OLD.settlement_id IS NOT DISTINCT FROM NEW.settlement_id THEN RETURN NEW; END IF;
                IF OLD.settlement_id IS NOT NULL
                    AND NOT EXISTS (SELECT 1 FROM settlement_settlement WHERE reverses_id = OLD.settlement_id)
                THEN {_refused("报销件的结算须先冲正")} END IF;
            END IF;
            IF NEW.settlement_id IS NOT NULL AND NOT EXISTS (
                SELECT 1 FROM settlement_settlement made WHERE id = NEW.settlement_id AND claim_id = NEW.id
                AND reverses_id IS NULL AND calculation_id = NEW.calculation_id
                AND NOT EXISTS (SELECT 1 FROM settlement_settlement WHERE reverses_id = made.id)
            ) THEN {_refused("结算与报销件不符")} END IF;
            RETURN NEW;
        """,
    )
