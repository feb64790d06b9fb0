"""What is open where, and from which day: service and scope at the hospitals, category and scope by policy (DY-15).

Nothing here is a rule of its own: each line is a row of the directory or of a published policy, read for a day.
"""

import datetime as dt
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, Max, Min, Q

from filings.assessment import FilingRules
from filings.assessment.rules import Rule
from filings.models import FilingPolicy
from filings.vocabulary import Handling
from hospitals.access import User
from hospitals.models import Area, NetworkedService
from hospitals.vocabulary import AreaKind, Scope, Service
from settlement.inquiries.directory import areas_meant

SHOWN = 10


@dataclass(frozen=True, slots=True)
class Opened:
    """A service for a scope at the hospitals of an area.

    since: the first day of those open now, None where none is.  next_on: when the next opens.  ended_on: the last day
    of those that have stopped, where none is open.  hospitals: how many are open.
    """

    service: Service
    scope: Scope
    hospitals: int
    since: dt.date | None
    next_on: dt.date | None
    ended_on: dt.date | None
    is_assumed: bool


@dataclass(frozen=True, slots=True)
class Admitted:
    """A kind of filing that the home policy admits.  since: the first day of the versions that have done so on end.

    is_ahead: that day is still to come.
    """

    rule: Rule
    since: dt.date
    is_assumed: bool
    is_ahead: bool
    source: str


@dataclass(frozen=True, slots=True)
class AreaOpened:
    area: Area
    opened: list[Opened]
    admitted: list[Admitted]


def openings_answer(user: User, words: str, day: dt.date) -> dict[str, Any]:
    """Context of settlement/query_opened.html: the pooling areas meant by the words, a county for its city."""
    meant = areas_meant(user, words)
    pools = Area.objects.pools().filter(is_served=True)
    counties = meant.filter(kind=AreaKind.COUNTY).values("parent")
    shown = list(pools.filter(Q(pk__in=meant.values("pk")) | Q(pk__in=counties))[: SHOWN + 1])
    return {"areas": areas_opened(shown[:SHOWN], day), "has_more": len(shown) > SHOWN, "day": day}


def areas_opened(areas: Iterable[Area], day: dt.date) -> list[AreaOpened]:
    """As of a day; two statements and those that read the policies, for however many areas."""
    shown = list(areas)
    by_area: dict[str, list[Opened]] = {}
    for code, opened in _opened_at([area.pk for area in shown], day):
        by_area.setdefault(code, []).append(opened)
    versions: dict[str, list[FilingRules]] = {}
    policies = FilingPolicy.objects.published().filter(area__in=shown).order_by("area", "starts_on").with_rows()
    for policy in policies:
        versions.setdefault(policy.area_id, []).append(policy.rules())
    return [
        AreaOpened(area, by_area.get(area.pk, []), list(_admitted(versions.get(area.pk, []), day))) for area in shown
    ]


def _opened_at(areas: list[str], day: dt.date) -> Iterator[tuple[str, Opened]]:
    begun = Q(opened_on__lte=day)
    now = begun & (Q(closed_on=None) | Q(closed_on__gte=day))
    rows: Any = (
        NetworkedService.objects.filter(hospital__area__in=areas, hospital__withdrawn_on=None)
        .values("hospital__area", "service", "scope")
        .annotate(
            hospitals=Count("hospital", filter=now, distinct=True),
            since=Min("opened_on", filter=now),
            next_on=Min("opened_on", filter=~begun),
            ended_on=Max("closed_on", filter=Q(closed_on__lt=day)),
            is_assumed=BoolOr("opened_assumed", filter=now, default=False),
        )
        .order_by()
    )
    order = {(service, scope): place for place, (service, scope) in enumerate((a, b) for a in Service for b in Scope)}
    for row in sorted(rows, key=lambda row: order[row["service"], row["scope"]]):
        area, service, scope = row.pop("hospital__area"), Service.of(row.pop("service")), Scope.of(row.pop("scope"))
        yield area, Opened(service=service, scope=scope, **row)


def _admitted(versions: list[FilingRules], day: dt.date) -> Iterator[Admitted]:
    """versions: of one area, the oldest first."""
    begun = [rules for rules in versions if rules.starts_on <= day and (rules.ends_on is None or day <= rules.ends_on)]
    now = begun[-1] if begun else None
    held = {_kind(rule) for rule in _admitting(now)} if now else set()
    if now:
        run = [rules for rules in versions if rules.starts_on <= now.starts_on]
        for rule in _admitting(now):
            first = now
            for earlier in reversed(run[:-1]):
                if not _follows(earlier, first) or _kind(rule) not in {_kind(one) for one in _admitting(earlier)}:
                    break
                first = earlier
            yield Admitted(rule, first.starts_on, first.starts_assumed, False, now.cite(rule.section))
    for later in (rules for rules in versions if rules.starts_on > day):
        for rule in _admitting(later):
            if _kind(rule) not in held:
                held.add(_kind(rule))
                yield Admitted(rule, later.starts_on, later.starts_assumed, True, later.cite(rule.section))


def _admitting(rules: FilingRules) -> list[Rule]:
    return [rule for rule in rules.rules if rule.handling is not Handling.REFUSE]


def _kind(rule: Rule) -> tuple[Any, ...]:
    return rule.category, rule.variant, rule.scheme, rule.scope, rule.occasion


def _follows(earlier: FilingRules, later: FilingRules) -> bool:
    return earlier.ends_on is not None and earlier.ends_on + dt.timedelta(1) == later.starts_on
