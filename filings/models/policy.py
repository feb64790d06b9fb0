"""Filing policies: one version of an area's filing rules."""

import datetime as dt
from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from filings.assessment import FilingRules
from filings.models.policy_lists import FilingAdvice, FilingDisease, FilingMeasure, FilingProcedure
from filings.models.policy_rows import FilingChannel, FilingClause, FilingLock, FilingRule, RequiredMaterial
from filings.vocabulary import Matter
from hospitals.history import tracked
from hospitals.models import DatedPolicy
from hospitals.models.policy import PolicyQuerySet
from hospitals.rulebook import RuleBook

_rules_read: dict[tuple[int, dt.datetime | None, dt.date | None], FilingRules] = {}


class FilingPolicyQuerySet(PolicyQuerySet):
    def with_rows(self) -> "FilingPolicyQuerySet":
        return self.prefetch_related(
            *("rule_rows__material_rows", "channel_rows", "lock_rows", "clause_rows"),
            *("disease_rows", "measure_rows", "procedure_rows", "advice_rows"),
        )

    def rules_on(self, area: str, day: dt.date) -> FilingRules | None:
        """The rules in force in an area on a day; None where there are none.

        One query: what was published never changes, but for the day it ends on, so that its rules are read once.
        """
        return self.version_on(area, day)[1]

    def version_on(self, area: str, day: dt.date) -> "tuple[FilingPolicy, FilingRules] | tuple[None, None]":
        """The version itself, not for changing, and its rules; one query likewise."""
        policy = self.in_force_once(area, day)
        if policy is None:
            return None, None
        version = (policy.pk, policy.published_at, policy.ends_on)
        if version not in _rules_read:
            _rules_read[version] = policy.rules()
        return policy, _rules_read[version]

    def rule_book(self) -> RuleBook[FilingRules]:
        """Every published version, read at once: what a batch needs."""
        return RuleBook(policy.rules() for policy in self.published().with_rows())


@tracked(exclude=("period",))
class FilingPolicy(DatedPolicy):
    """One version of an area's filing rules."""

    commitment_months = models.PositiveSmallIntegerField(
        _("承诺补充材料期限（月）"), null=True, blank=True, help_text=_("文件没有承诺补充的规定时留空")
    )
    whole_provinces = ArrayField(
        models.CharField(max_length=6),
        verbose_name=_("可整省备案的省份代码"),
        default=list,
        blank=True,
        help_text=_("直辖市无需列出；多个代码以英文逗号隔开"),
    )

    objects: ClassVar[FilingPolicyQuerySet] = FilingPolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(DatedPolicy.Meta):
        verbose_name = verbose_name_plural = _("备案政策")

    def rules(self) -> FilingRules:
        """The version as assessment reads it; nine queries, or none after `with_rows`."""
        return FilingRules(
            area=self.area_id,
            version=self.version,
            document=self.document,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            starts_assumed=self.starts_assumed,
            note=self.note,
            commitment_months=self.commitment_months,
            whole_provinces=tuple(self.whole_provinces),
            clauses={Matter.of(row.matter): row.section for row in self.clause_rows.all()},
            channels=tuple(row.as_offer() for row in self.channel_rows.all()),
            rules=tuple(row.as_rule() for row in self.rule_rows.all()),
            locks=tuple(row.as_lock() for row in self.lock_rows.all()),
            diseases=tuple(row.as_disease() for row in self.disease_rows.all()),
            measures=tuple(row.as_measure() for row in self.measure_rows.all()),
            procedures=tuple(row.as_material() for row in self.procedure_rows.all()),
            advice=tuple(row.as_advice() for row in self.advice_rows.all()),
        )

    def add_rules(self, rules: FilingRules) -> None:
        self.commitment_months = rules.commitment_months
        self.whole_provinces = list(rules.whole_provinces)
        self.save()
        rules_in_order = self.rule_rows.bulk_create(
            FilingRule(policy=self, **FilingRule.columns(rule)) for rule in rules.rules
        )
        RequiredMaterial.objects.bulk_create(
            RequiredMaterial(rule=row, **RequiredMaterial.columns(group))
            for row, rule in zip(rules_in_order, rules.rules, strict=True)
            for group in rule.materials
        )
        self.channel_rows.bulk_create(
            FilingChannel(policy=self, **FilingChannel.columns(offer)) for offer in rules.channels
        )
        self.lock_rows.bulk_create(FilingLock(policy=self, **FilingLock.columns(lock)) for lock in rules.locks)
        self.clause_rows.bulk_create(
            FilingClause(policy=self, matter=matter, section=section) for matter, section in rules.clauses.items()
        )
        self.disease_rows.bulk_create(
            FilingDisease(policy=self, **FilingDisease.columns(disease)) for disease in rules.diseases
        )
        self.measure_rows.bulk_create(
            FilingMeasure(policy=self, **FilingMeasure.columns(measure)) for measure in rules.measures
        )
        self.procedure_rows.bulk_create(
            FilingProcedure(policy=self, **FilingProcedure.columns(row)) for row in rules.procedures
        )
        self.advice_rows.bulk_create(FilingAdvice(policy=self, **FilingAdvice.columns(row)) for row in rules.advice)
