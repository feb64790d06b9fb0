"""Benefit policies: one version of an area's benefits; its numbers are its rows."""

import datetime as dt
from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import SettlementWay
from hospitals.history import tracked
from hospitals.models import DatedPolicy
from hospitals.models.policy import PolicyQuerySet
from settlement.calculation import BenefitBook, BenefitRules
from settlement.calculation.pack import TABLES, tables_of
from settlement.vocabulary import SegmentBase, VersionDay

_rules_read: dict[tuple[int, dt.datetime | None, dt.date | None], BenefitRules] = {}


class BenefitPolicyQuerySet(PolicyQuerySet):
    def with_rows(self) -> "BenefitPolicyQuerySet":
        return self.prefetch_related(*TABLES)

    def rule_book(self, areas: Iterable[str] | None = None) -> BenefitBook:
        """Every published version (of these areas), read at once: what a batch needs."""
        policies = self.published().with_rows()
        return BenefitBook(
            policy.rules() for policy in (policies if areas is None else policies.filter(area__in=areas))
        )

    def for_stay(self, area: str, *, admitted_on: dt.date, discharged_on: dt.date) -> "BenefitPolicy | None":
        """The newest version that has begun on the day of the stay that it goes by itself, as `BenefitBook` has it."""
        begun = "version_day = %s AND starts_on <= %s"
        days = (VersionDay.DISCHARGE, discharged_on, VersionDay.ADMISSION, admitted_on)
        found: BenefitPolicy | None = self.first_once(f"{begun} OR {begun}", area, *days)
        return found


@tracked(exclude=("period",))
class BenefitPolicy(DatedPolicy):
    """One version.  Each of its tables is a related manager of the table's name."""

    version_day = models.CharField(
        _("选用版本的日期"),
        max_length=10,
        choices=VersionDay.choices(),
        default=VersionDay.ADMISSION,
        help_text=_("一次就医按哪一天施行的版本计算"),
    )
    segment_base = models.CharField(
        _("分段口径"),
        max_length=20,
        choices=SegmentBase.choices(),
        default=SegmentBase.ABOVE_DEDUCTIBLE,
        help_text=_("支付比例分段按哪项费用划分"),
    )
    direct_catalogue = models.CharField(
        _("直接结算的支付范围"), max_length=200, blank=True, help_text=_("规定由哪地目录认定费用的条款，如“三（五）”")
    )
    manual_catalogue = models.CharField(_("手工报销的支付范围"), max_length=200, blank=True, help_text=_("同上"))

    objects: ClassVar[BenefitPolicyQuerySet] = BenefitPolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(DatedPolicy.Meta):
        verbose_name = verbose_name_plural = _("待遇政策")

    def rules(self) -> BenefitRules:
        """The version as the calculation reads it; a query a table, or none after `with_rows`."""
        return self.rules_with({})

    def rules_once(self) -> BenefitRules:
        """The same of a published version, which never changes but for its last day: read once a process."""
        version = (self.pk, self.published_at, self.ends_on)
        if version not in _rules_read:
            _rules_read[version] = self.rules()
        return _rules_read[version]

    def rules_with(self, instead: Mapping[str, Iterable[Any]]) -> BenefitRules:
        """The same, with other rows in place of some tables' own.  Raises ValueError where rows are at odds."""
        rows = {name: instead[name] if name in instead else getattr(self, name).all() for name in TABLES}
        catalogues = {SettlementWay.DIRECT: self.direct_catalogue, SettlementWay.MANUAL: self.manual_catalogue}
        return BenefitRules(
            area=self.area_id,
            version=self.version,
            document=self.document,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            starts_assumed=self.starts_assumed,
            note=self.note,
            version_day=VersionDay.of(self.version_day),
            segment_base=SegmentBase.of(self.segment_base),
            catalogues={way: section for way, section in catalogues.items() if section},
            **tables_of({name: [row.as_rule() for row in of_table] for name, of_table in rows.items()}),
        )

    def add_rules(self, rules: BenefitRules) -> None:
        """Write a version's tables into this draft."""
        self.version_day, self.segment_base = rules.version_day, rules.segment_base
        self.direct_catalogue = rules.catalogues.get(SettlementWay.DIRECT, "")
        self.manual_catalogue = rules.catalogues.get(SettlementWay.MANUAL, "")
        self.save(update_fields=["version_day", "segment_base", "direct_catalogue", "manual_catalogue"])
        for name in TABLES:
            rows: Any = getattr(self, name)
            table = getattr(rules, name)
            rows.bulk_create(rows.model.of(self, rule) for rule in getattr(table, "rows", table))
