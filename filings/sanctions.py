"""Sanctions: what starts when a commitment lapses, what it does to the person, and how a supervisor ends it."""

import datetime as dt
from collections.abc import Iterable

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from filings.assessment import FilingRules, MeasureRule
from filings.models import Commitment, InsuredPerson, Sanction
from filings.models.commitment_lifecycle import SANCTION_LIFECYCLE
from filings.vocabulary import Measure
from hospitals.constraints import refused_by_constraints
from hospitals.periods import add_months
from hospitals.reasons import Reason, Refused

LONGEST_LIST = 2000


def impose(commitment: Commitment, rules: FilingRules) -> None:
    """Every measure of the policy, from the day after the due day.  Inside the lapse's own transaction."""
    starts_on = commitment.due_on + dt.timedelta(days=1)
    Sanction.objects.bulk_create(
        Sanction(
            area_id=commitment.area_id,
            person_id=commitment.person_id,
            commitment=commitment,
            measure=row.measure,
            starts_on=starts_on,
            ends_on=last_day(row, starts_on),
            source=rules.cite(row.section),
        )
        for row in rules.measures
    )


def last_day(row: MeasureRule, starts_on: dt.date) -> dt.date | None:
    """None where the document gives no period: a supervisor does."""
    return add_months(starts_on, row.months) - dt.timedelta(days=1) if row.months else None


def sanctions_on(person: InsuredPerson, day: dt.date) -> list[Sanction]:
    """What is in force against the person on a day, the eldest first; one query."""
    return list(Sanction.objects.filter(person=person).in_force_on(day).order_by("pk"))


def reasons_on(person: InsuredPerson, day: dt.date) -> dict[Measure, Reason]:
    """What is in force against the person on a day, as `reasons_of`."""
    return reasons_of(sanctions_on(person, day))


def reasons_at(person: InsuredPerson, day: dt.date, hospital_name: str) -> dict[Measure, Reason]:
    """As `reasons_on`, where the person is treated: a hospital that a restriction names is free of it."""
    return reasons_of(
        sanction
        for sanction in sanctions_on(person, day)
        if not (sanction.hospitals and hospital_name in sanction.hospitals.split("、"))
    )


def reasons_of(sanctions: Iterable[Sanction]) -> dict[Measure, Reason]:
    """A person's sanctions in the words of the counter: the measure that lasts longest of each kind."""
    lasting: dict[Measure, Sanction] = {}
    for sanction in sanctions:
        measure = Measure.of(sanction.measure)
        if measure not in lasting or _outlasts(sanction, lasting[measure]):
            lasting[measure] = sanction
    return {measure: reason_for(sanction) for measure, sanction in lasting.items()}


def reason_for(sanction: Sanction) -> Reason:
    measure = Measure.of(sanction.measure)
    if sanction.ends_on:
        period = _("自 {first} 至 {last}").format(first=sanction.starts_on, last=sanction.ends_on)
    else:
        period = _("自 {first} 起（期限待主管确定）").format(first=sanction.starts_on)
    text = _("承诺逾期未补齐材料，{period}{measure}").format(period=period, measure=measure.label)
    if measure is Measure.RESTRICT_HOSPITALS:
        text += _("，限于：{names}").format(names=sanction.hospitals) if sanction.hospitals else _("，名单待主管指定")
    return Reason(measure, text, sanction.source)


def lift(*, by: User, sanction: Sanction, on: dt.date, reason: str, version: int | None = None) -> Sanction:
    """End a sanction: from `on` it is in force no more.  Raises Refused."""

    def end(locked: Sanction) -> None:
        locked.lifted_by, locked.lifted_on, locked.lift_reason = by, on, reason.strip()

    return SANCTION_LIFECYCLE.take(sanction, "lift", by=by, reason=reason, version=version, effect=end)


def set_period(*, by: User, sanction: Sanction, ends_on: dt.date, reason: str, version: int | None = None) -> Sanction:
    """Say until when, or otherwise than before.  ends_on: the last day.  Raises Refused."""

    def end(locked: Sanction) -> None:
        locked.ends_on, locked.period_by, locked.period_reason = ends_on, by, reason.strip()

    with refused_by_constraints(Sanction):
        return SANCTION_LIFECYCLE.take(sanction, "set_period", by=by, reason=reason, version=version, effect=end)


def name_hospitals(
    *, by: User, sanction: Sanction, hospitals: Iterable[str], reason: str, version: int | None = None
) -> Sanction:
    """Where the person's insurance still settles, while it is restricted to named hospitals.  Raises Refused."""
    names = "、".join(dict.fromkeys(name.strip() for name in hospitals if name.strip()))

    def name(locked: Sanction) -> None:
        if locked.measure != Measure.RESTRICT_HOSPITALS:
            raise Refused.because("no_hospitals", _("“{what}”不指定医疗机构").format(what=locked.get_measure_display()))
        if not 0 < len(names) <= LONGEST_LIST:
            text = _("请填写医疗机构名称，合计不超过 {count} 字")
            raise Refused.because("hospitals", text.format(count=LONGEST_LIST))
        locked.hospitals = names

    return SANCTION_LIFECYCLE.take(sanction, "name_hospitals", by=by, reason=reason, version=version, effect=name)


def _outlasts(one: Sanction, other: Sanction) -> bool:
    return other.ends_on is not None and (one.ends_on is None or one.ends_on > other.ends_on)
