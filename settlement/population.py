"""A made-up past for measuring: years of settlements, posted as the portal posts them and then copied to many people.

Only for a development database: the copies go round the verbs, and triggers and history do not see them.
"""

import datetime as dt
import random
from decimal import Decimal
from typing import Any

from django.contrib.auth.models import User
from django.db import connection, models, transaction

from filings.identity import made_up_number
from filings.models import InsuredPerson
from filings.population import Report
from filings.vocabulary import Category, Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.models import Area
from hospitals.vocabulary import Level, Scope, Service
from settlement.accounts.posting import StayRecord, post, reverse
from settlement.accounts.year import YearState, year_state
from settlement.calculation import Outcome, Stay, calculate
from settlement.models import AccountEntry, BenefitPolicy, Calculation, Settlement, YearAccount

YEAR = 2025
BORN_ON = dt.date(1900, 1, 1)  # the people of the patterns
PATTERNS = 300
STAYS = (1, 1, 1, 1, 1, 1, 1, 2, 2, 4)  # in a year
PLACE = "110000"
TIERS = (Tier.REFERRAL, Tier.TEMPORARY)
LEVELS = (Level.ONE, Level.TWO, Level.THREE, Level.THREE_A)


def settle_people(area: str, first: int, last: int, *, report: Report = lambda line: None) -> int:
    """Give every person of an area between two keys the year of one of the patterns; the number of settlements.

    Raises ValueError, in words, where the area has no policy that pays such stays.
    """
    with transaction.atomic(), connection.cursor() as cursor:
        patterns = _patterns(area, random.Random(area))  # noqa: S311 - the same everywhere
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.execute(
            "CREATE TEMPORARY TABLE lived ON COMMIT DROP AS SELECT id AS person_id, row_number() OVER (ORDER BY id) - 1"
            " AS rank FROM filings_insuredperson WHERE area_id = %s AND id BETWEEN %s AND %s AND id <> ALL(%s)",
            [area, first, last, patterns],
        )
        made = 0
        for model in (Settlement, AccountEntry, YearAccount):
            count = _copy(cursor, model, patterns)
            report(f"{model._meta.db_table}：{count:,}")
            made = made or count
    with connection.cursor() as cursor:
        for model in (Settlement, AccountEntry, YearAccount):
            cursor.execute(f"ANALYZE {model._meta.db_table}")
    return made


def _copy(cursor: Any, model: type[models.Model], patterns: list[int]) -> int:
    """The rows of the patterns, once for each person, in their order; a reference to a settlement follows its copy."""
    table = model._meta.db_table
    cursor.execute(f"SELECT coalesce(max(id), 0) + 1 FROM {table}")  # noqa: S608 - ours
    base = cursor.fetchone()[0]
    kept = [str(field.column) for field in model._meta.concrete_fields]
    follows = {column for column in ("settlement_id", "reverses_id") if column in kept}
    own = {"id": "%(base)s + rank * most + placed.place", "person_id": "lived.person_id"}
    own |= dict.fromkeys(follows, "%(settlements)s + rank * most_settlements + referred.place")
    values = [own.get(column, f"pattern.{column}") for column in kept]
    refers = f"pattern.{follows.pop()}" if follows else "NULL"
    cursor.execute(
        f"""
        WITH placed AS (
            SELECT id, row_number() OVER (PARTITION BY person_id ORDER BY id) - 1 AS place,
                dense_rank() OVER (ORDER BY person_id) - 1 AS pattern FROM {table} WHERE person_id = ANY(%(patterns)s)
        ), referred AS (
            SELECT id, row_number() OVER (PARTITION BY person_id ORDER BY id) - 1 AS place
            FROM settlement_settlement WHERE person_id = ANY(%(patterns)s)
        )
        INSERT INTO {table} ({", ".join(kept)})
        SELECT {", ".join(values)}
        FROM lived
        CROSS JOIN (SELECT max(place) + 1 AS most FROM placed) AS places
        CROSS JOIN (SELECT max(place) + 1 AS most_settlements FROM referred) AS settlements
        JOIN placed ON placed.pattern = rank %% %(count)s
        JOIN {table} AS pattern ON pattern.id = placed.id
        LEFT JOIN referred ON referred.id = {refers}
        ORDER BY rank, placed.place
        """,  # noqa: S608 - the names are ours
        {
            "base": base,
            "settlements": _base_of_copies(cursor, patterns) if table != "settlement_settlement" else base,
            "patterns": patterns,
            "count": len(patterns),
        },
    )
    count: int = cursor.rowcount
    cursor.execute(f"SELECT setval(pg_get_serial_sequence(%s, 'id'), max(id)) FROM {table}", [table])  # noqa: S608
    return count


def _base_of_copies(cursor: Any, patterns: list[int]) -> int:
    """Where the copies of settlements begin: right after those of the patterns."""
    cursor.execute("SELECT max(id) + 1 FROM settlement_settlement WHERE person_id = ANY(%s)", [patterns])
    return int(cursor.fetchone()[0])


def _patterns(area: str, dice: random.Random) -> list[int]:
    """People whose year is posted by the portal's own verb; their keys, in order."""
    policy = BenefitPolicy.objects.in_force(area, dt.date(YEAR, 12, 31))
    by, place = User.objects.order_by("pk").first(), Area.objects.get(pk=PLACE)
    if policy is None or by is None:
        raise ValueError("没有施行的待遇政策或账户，请先执行 make ready")
    known, people = InsuredPerson.objects.filter(area=area, birth_date=BORN_ON).count(), []
    for number in range(known, known + PATTERNS):
        person = InsuredPerson.objects.create(
            area_id=area, name="示例", id_number=made_up_number("110101", BORN_ON, number)
        )
        days = sorted(dice.sample(range(340), dice.choice(STAYS)))
        insured = _insured(dice)
        for day in days:
            _settle(dice, by, person, place, policy, insured, dt.date(YEAR, 1, 1) + dt.timedelta(days=day))
        people.append(person.pk)
    settled = Settlement.objects.filter(person__in=people).order_by("person")
    if not settled:
        raise ValueError(f"{policy}不支付跨省住院")
    return list(settled.values_list("person", flat=True).distinct())


def _insured(dice: random.Random) -> dict[str, Any]:
    scheme = dice.choice(tuple(Scheme))
    return {
        "scheme": scheme,
        "employment": dice.choice(tuple(Employment)) if scheme is Scheme.EMPLOYEE else None,
        "hardship": dice.choice((None, None, None, *Hardship)),
        "civil_servant": dice.random() < 0.1,
    }


def _settle(
    dice: random.Random,
    by: User,
    person: InsuredPerson,
    place: Area,
    policy: BenefitPolicy,
    insured: dict[str, Any],
    day: dt.date,
) -> None:
    total = Decimal(dice.randint(200_000, 9_000_000)).scaleb(-2)
    stay = Stay(
        area=person.area_id,
        tier=dice.choice(TIERS),
        scope=Scope.CROSS_PROVINCE,
        service=Service.INPATIENT,
        level=dice.choice(LEVELS),
        admitted_on=day,
        discharged_on=day + dt.timedelta(days=10),
        basis=SettlementWay.DIRECT,
        destination=place.pk,
        total=total,
        eligible=(total * dice.randint(60, 95)).scaleb(-2).quantize(Decimal("0.01")),
        deductible_paid_this_year=Decimal(0),
        fund_paid_this_year=Decimal(0),
        **insured,
    )
    year = year_state(person, day, stay.scheme)
    stay = year.applied_to(stay)
    result = calculate(stay, policy.rules_once())
    if result.outcome is not Outcome.CALCULATED:
        return
    on = stay.discharged_on
    record = StayRecord(person=person, category=Category.TEMPORARY, treatment_area=place, hospital_name="示例医院")
    calculation = _calculation(stay, year, result, policy, by)
    settlement = post(by=by, on=on, record=record, stay=stay, result=result, calculation=calculation)
    if dice.random() < 0.02:
        reverse(by=by, settlement=settlement, reason="示例", on=on)


def _calculation(stay: Stay, year: YearState, result: Any, policy: BenefitPolicy, by: User) -> Calculation:
    return Calculation.objects.create(
        policy=policy,
        inputs={"eligible": str(stay.eligible), **year.inputs()},
        result=result.as_dict(),
        fund=result.fund,
        personal=result.personal,
        total=stay.total,
        made_by=by,
    )
