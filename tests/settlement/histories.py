"""Random rules, and random years of people under them: stays, claims, reversals, carried-in amounts, another scheme."""

import datetime as dt
import random
from dataclasses import replace
from decimal import Decimal

from django.db import connection

from filings.models import InsuredPerson
from filings.vocabulary import Category, Employment, Hardship, Scheme, Tier
from hospitals.models import Area
from hospitals.reasons import Refused
from hospitals.vocabulary import Level, Role, Scope
from settlement.accounts.posting import carry_in, reverse
from settlement.calculation import BenefitRules, Cost, Row, Table
from settlement.calculation.rows import (
    ComponentRatio,
    ComponentRule,
    ContinuousDeductible,
    CountingRule,
    DestinationRule,
    FollowUpRule,
    HardshipRule,
    LaterStayRule,
    ReductionRule,
)
from settlement.claims.entry import StayEntry
from settlement.direct_settlement import settle_directly
from settlement.models import BenefitPolicy, Settlement
from settlement.replays.questions import question_of
from settlement.replays.replaying import Question
from settlement.replays.tally import Tally
from settlement.replays.workers import replay_here
from settlement.vocabulary import (
    BASIC_FUND,
    FUND_OF_COMPONENT,
    Component,
    Counting,
    Lowering,
    Payer,
    Reduction,
    SegmentBase,
    VersionDay,
)
from tests import factories as make
from tests.settlement.office import SHENYANG, Office, a_person, a_stay, an_entry

YEAR = 2026
PLACES = (make.BEIJING, make.BEIJING, make.BEIJING, SHENYANG)
FIRST, LAST = dt.date(YEAR, 1, 1), dt.date(YEAR, 12, 31)
EACH = (Lowering.AMOUNT_EACH, Lowering.SHARE_EACH, Lowering.FACTOR_EACH, Lowering.FACTOR, Lowering.AMOUNT)


def random_rules(dice: random.Random, area: str = make.TIELING, *, elsewhere: str = "") -> BenefitRules:
    """Every legal form there is, each now and then.  elsewhere: the area whose policy pays stays in Shenyang."""

    def yuan(low: int, high: int) -> Decimal:
        return Decimal(dice.randint(low * 100, high * 100)).scaleb(-2)

    def share(low: int = 0, high: int = 100) -> Decimal:
        return Decimal(dice.randint(low * 10, high * 10)).scaleb(-3)

    def now_and_then(*rows: object) -> tuple:
        return tuple(row for row in rows if dice.random() < 0.5)

    said = {"section": "一"}
    way = dice.choice(EACH)
    lowered_by = {Lowering.AMOUNT: yuan(50, 300), Lowering.AMOUNT_EACH: yuan(50, 300)}.get(way, share(10, 60))
    components = [one for one in Component if dice.random() < 0.6]
    levels = (Level.ONE, Level.TWO, Level.THREE)
    return BenefitRules(
        area=area,
        version=1,
        document="示例",
        starts_on=FIRST,
        version_day=dice.choice(list(VersionDay)),
        segment_base=dice.choice(list(SegmentBase)),
        deductibles=Table(tuple(Row(level=level, number=yuan(200, 1500), **said) for level in levels)),
        ratios=Table(
            tuple(
                Row(level=level, above=Decimal(above), number=share(40, 95), **said)
                for level in levels
                for above in dice.choice(((0,), (0, 5000, 20000)))
            )
        ),
        ceilings=Table(now_and_then(Row(number=yuan(10_000, 60_000), **said))),
        counting=Table(
            now_and_then(
                *(CountingRule(scheme=scheme, counting=dice.choice(list(Counting)), **said) for scheme in Scheme)
            )
        ),
        later_stays=Table(now_and_then(LaterStayRule(from_stay=2, lowering=way, number=lowered_by, **said))),
        continuous=now_and_then(
            *(
                ContinuousDeductible(hardship=Hardship.EXTREME_POVERTY, tier=tier, scope=scope, **said)
                for tier in Tier
                for scope in Scope
            )
        ),
        reductions=Table(
            now_and_then(ReductionRule(reduction=dice.choice(list(Reduction)), number=share(5, 30), **said))
        ),
        destinations=(
            (DestinationRule(destination=SHENYANG, policy_area=elsewhere, text="按就医地政策", **said),)
            if elsewhere
            else ()
        ),
        components=Table(
            tuple(
                ComponentRule(
                    component=one,
                    threshold=yuan(0, 6000),
                    ceiling=yuan(2000, 20_000) if dice.random() < 0.5 else None,
                    **said,
                )
                for one in components
            )
        ),
        component_ratios=Table(
            tuple(
                ComponentRatio(component=one, above=Decimal(above), number=share(30, 90), **said)
                for one in components
                for above in dice.choice(((0,), (0, 8000)))
            )
        ),
        hardships=tuple(
            HardshipRule(
                component=one,
                hardship=Hardship.EXTREME_POVERTY,
                threshold_factor=share(10, 100),
                points=share(0, 10),
                no_ceiling=dice.random() < 0.5,
                **said,
            )
            for one in components
            if dice.random() < 0.5
        ),
        follow_ups=tuple(
            FollowUpRule(component=one, payer=Payer.AGENCY, text="另行支付", **said)
            for one in Component
            if dice.random() < 0.3
        ),
    )


def publish(rules: BenefitRules) -> BenefitPolicy:
    """As the area's next version, from the day of the rules."""
    first, second = (make.staff(Role.SUPERVISOR, rules.area) for _ in range(2))
    newest = BenefitPolicy.objects.filter(area=rules.area).order_by("-version").values_list("version", flat=True)
    number = (newest.first() or 0) + 1
    make.AreaFactory(code=rules.area)
    policy = BenefitPolicy.objects.create(
        area_id=rules.area, version=number, starts_on=rules.starts_on, document=rules.document
    )
    policy.add_rules(rules)
    policy.propose(by=first)
    policy.publish(by=second)
    return policy


def random_people(dice: random.Random, count: int, area: str = make.TIELING) -> list[InsuredPerson]:
    """Employees and residents, some in hardship, some civil servants, some of another scheme from July; all filed."""
    people = []
    for _ in range(count):
        insured: dict = dice.choice(
            (
                {"scheme": Scheme.EMPLOYEE, "employment": Employment.ACTIVE},
                {"scheme": Scheme.EMPLOYEE, "employment": Employment.RETIRED},
                {"scheme": Scheme.RESIDENT, "employment": ""},
            )
        )
        insured |= {"hardship": dice.choice(("", Hardship.EXTREME_POVERTY)), "is_civil_servant": dice.random() < 0.3}
        if dice.random() < 0.4:
            person = a_person(area, **insured, ends_on=dt.date(YEAR, 6, 30))
            other = {"scheme": Scheme.RESIDENT, "employment": ""}
            if insured["scheme"] is Scheme.RESIDENT:
                other = {"scheme": Scheme.EMPLOYEE, "employment": Employment.ACTIVE}
            make.ParticipationFactory(person=person, starts_on=dt.date(YEAR, 7, 1), **insured | other)
        else:
            person = a_person(area, **insured)
        filed = {"scope": Scope.CROSS_PROVINCE, "tier": Tier.REFERRAL, "category": Category.LONG_TERM_RESIDENT}
        make.FilingFactory(person=person, destination__code=make.BEIJING, start_on=FIRST, filed_on=FIRST, **filed)
        people.append(person)
    return people


def random_history(
    dice: random.Random, office: Office, person: InsuredPerson, events: int, *, plain: bool = False
) -> None:
    """What the portal would have written: whatever is refused is left out.

    plain: nothing in which areas differ by more than their benefits: no claims, and stays where the person is filed.
    """
    for _ in range(events):
        happens = dice.random()
        try:
            if happens < (0.75 if plain else 0.65):
                settled(dice, office, person, PLACES[:1] if plain else PLACES)
            elif happens < 0.75:
                claimed(dice, office, person)
            elif happens < 0.9:
                standing = list(Settlement.objects.standing().filter(person=person, claim=None))
                if standing:
                    reverse(by=office.supervisor, settlement=dice.choice(standing), reason="录入有误", on=FIRST)
            else:
                carried(dice, office, person)
        except Refused:
            continue


def settled(dice: random.Random, office: Office, person: InsuredPerson, places: tuple[str, ...] = PLACES) -> Settlement:
    """On the day of discharge."""
    stay = random_stay(dice, places)
    return settle_directly(by=office.supervisor, person=person, entry=stay, on=stay.discharged_on)


def claimed(dice: random.Random, office: Office, person: InsuredPerson) -> None:
    stay = random_stay(dice)
    claim = office.accept(an_entry(**{name: getattr(stay, name) for name in stay.__dataclass_fields__}), person=person)
    claim = office.take(claim, "submit")
    if dice.random() < 0.3:
        claim = office.take(office.take(claim, "take_back"), "unsettle")
        office.take(claim, "settle")


def carried(dice: random.Random, office: Office, person: InsuredPerson) -> None:
    amount = Decimal(dice.randint(0, 500_000)).scaleb(-2)
    if dice.random() < 0.5:
        fund = dice.choice(list(BASIC_FUND.values()))
        uses: dict = {"deductible": amount / 10, "personal_eligible": amount, "stays": 1, "standard": Decimal("700.00")}
        uses["deductible"] = uses["deductible"].quantize(Decimal("0.01"))
    else:
        fund, uses = dice.choice(list(FUND_OF_COMPONENT.values())), {}
    carry_in(by=office.supervisor, person=person, year=YEAR, fund=fund, reason="系统启用前", paid=amount, **uses)


def random_stay(dice: random.Random, places: tuple[str, ...] = PLACES) -> StayEntry:
    total = dice.randint(50_000, 6_000_000)
    parts = [dice.randint(0, total // 10) for _ in range(3)]
    eligible = total - sum(parts)
    outside, above, first, whole, within = (Decimal(amount).scaleb(-2) for amount in (*parts, total, eligible))
    cost = Cost(total=whole, outside=outside, above_limit=above, self_paid=first, eligible=within)
    admitted = a_day(dice)
    return replace(
        a_stay(),
        treatment_area=Area.objects.get(pk=dice.choice(places)),
        admitted_on=admitted,
        discharged_on=admitted + dt.timedelta(days=dice.randint(0, 20)),
        hospital_level=dice.choice((Level.ONE, Level.TWO, Level.THREE, Level.THREE_A)),
        category=Category.TEMPORARY,
        total=whole,
        eligible=within,
        cost=cost if dice.random() < 0.5 else None,
    )


def a_day(dice: random.Random) -> dt.date:
    return FIRST + dt.timedelta(days=dice.randint(0, 340))


def replayed(policy: BenefitPolicy, **options: object) -> Tally:
    """In this very transaction."""
    question: Question = question_of(policy, **{"since": dt.date(2000, 1, 1), "until": dt.date(2099, 12, 31)} | options)
    connection.ensure_connection()
    return replay_here(connection.connection, question)
