"""Benefit policies: one version of an area's benefit tables and its rows."""

from typing import Any, ClassVar

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Employment, Hardship, Scheme, SettlementWay, Tier
from hospitals.history import tracked
from hospitals.models import DatedPolicy
from hospitals.models.policy import PolicyQuerySet, immutable_rows
from hospitals.rulebook import RuleBook
from hospitals.vocabulary import Level, Scope, Service
from settlement.calculation import BenefitRules, ContinuousDeductible, Row, Table
from settlement.calculation.pack import WHOM


class BenefitPolicyQuerySet(PolicyQuerySet):
    def rule_book(self) -> RuleBook[BenefitRules]:
        """Every published version, read at once: what a batch needs."""
        rows = ("deductibles", "ratios", "ceilings", "continuous")
        return RuleBook(policy.rules() for policy in self.published().prefetch_related(*rows))


@tracked(exclude=("period",))
class BenefitPolicy(DatedPolicy):
    """One version; its numbers are its rows."""

    direct_catalogue = models.CharField(
        _("直接结算的支付范围"), max_length=200, blank=True, help_text=_("规定由哪地目录认定费用的条款，如“三（五）”")
    )
    manual_catalogue = models.CharField(_("手工报销的支付范围"), max_length=200, blank=True, help_text=_("同上"))

    objects: ClassVar[BenefitPolicyQuerySet] = BenefitPolicyQuerySet.as_manager()  # type: ignore[assignment]

    class Meta(DatedPolicy.Meta):
        verbose_name = verbose_name_plural = _("待遇政策")

    def rules(self) -> BenefitRules:
        """The version as the calculation reads it; four queries, or none after a prefetch."""
        catalogues = {SettlementWay.DIRECT: self.direct_catalogue, SettlementWay.MANUAL: self.manual_catalogue}
        return BenefitRules(
            area=self.area_id,
            version=self.version,
            document=self.document,
            starts_on=self.starts_on,
            ends_on=self.ends_on,
            starts_assumed=self.starts_assumed,
            note=self.note,
            catalogues={way: section for way, section in catalogues.items() if section},
            deductibles=Table(tuple(row.as_row() for row in self.deductibles.all())),
            ratios=Table(tuple(row.as_row() for row in self.ratios.all())),
            ceilings=Table(tuple(row.as_row() for row in self.ceilings.all())),
            continuous=tuple(row.as_rule() for row in self.continuous.all()),
        )

    def add_rules(self, rules: BenefitRules) -> None:
        """Write a version's tables into this draft."""
        self.direct_catalogue = rules.catalogues.get(SettlementWay.DIRECT, "")
        self.manual_catalogue = rules.catalogues.get(SettlementWay.MANUAL, "")
        self.save(update_fields=["direct_catalogue", "manual_catalogue"])
        DeductibleRow.add(self, rules.deductibles)
        RatioRow.add(self, rules.ratios)
        CeilingRow.add(self, rules.ceilings)
        ContinuousRow.objects.bulk_create(
            ContinuousRow(
                policy=self,
                hardship=rule.hardship,
                tier=rule.tier,
                scope=rule.scope,
                section=rule.section,
                remark=rule.remark,
            )
            for rule in rules.continuous
        )


def not_negative(name: str) -> models.CheckConstraint:
    return models.CheckConstraint(condition=Q(number__gte=0), name=name, violation_error_message=_("金额不能为负"))


class BenefitRow(models.Model):
    """A number and whom it holds for; what is left empty holds for all."""

    policy: Any
    number: Any
    scheme = models.CharField(_("险种"), max_length=10, choices=Scheme.choices(), blank=True)
    employment = models.CharField(_("在职状态"), max_length=8, choices=Employment.choices(), blank=True)
    tier = models.CharField(_("待遇档次"), max_length=10, choices=Tier.choices(), blank=True)
    scope = models.CharField(_("就医范围"), max_length=16, choices=Scope.choices(), blank=True)
    service = models.CharField(_("服务"), max_length=12, choices=Service.choices(), blank=True)
    level = models.CharField(
        _("医院级别"),
        max_length=8,
        choices=Level.choices(),
        blank=True,
        help_text=_("“三级”含未另列的三级乙等、三级甲等"),
    )
    section = models.CharField(_("条款"), max_length=200, help_text=_("如“二2”；出自其他文件的写全《文件名》"))
    assumed = models.BooleanField(_("示例"), default=False, help_text=_("非官方数字，待核定"))

    class Meta:
        abstract = True
        ordering = ("id",)
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.UniqueConstraint(
                fields=["policy", *WHOM],
                name="%(class)s_one_number",
                violation_error_message=_("同一对象已有一个数字"),
            ),
        )
        triggers = (immutable_rows("policy", "settlement_benefitpolicy"),)

    def __str__(self) -> str:
        whom = (kind.name_of(getattr(self, name)) for name, kind in WHOM.items())
        return "、".join(name for name in whom if name) or "不限"

    def as_row(self) -> Row:
        codes = {name: getattr(self, name) for name in WHOM}
        whom: dict[str, Any] = {name: WHOM[name](code) for name, code in codes.items() if code}  # type: ignore[call-arg]
        return Row(number=self.number, section=self.section, assumed=self.assumed, **whom)

    @classmethod
    def add(cls, policy: BenefitPolicy, table: Table) -> None:
        cls._default_manager.bulk_create(cls(**cls.columns(policy, row)) for row in table.rows)

    @staticmethod
    def columns(policy: BenefitPolicy, row: Row) -> dict[str, Any]:
        own = {"policy": policy, "number": row.number, "section": row.section, "assumed": row.assumed}
        return own | {name: getattr(row, name) or "" for name in WHOM}


@tracked()
class DeductibleRow(BenefitRow):
    policy = models.ForeignKey(BenefitPolicy, models.CASCADE, related_name="deductibles", verbose_name=_("政策"))
    number = models.DecimalField(
        _("起付标准（元）"), max_digits=16, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("起付标准")
        constraints = (*BenefitRow.Meta.constraints, not_negative("deductible_not_negative"))


@tracked()
class RatioRow(BenefitRow):
    policy = models.ForeignKey(BenefitPolicy, models.CASCADE, related_name="ratios", verbose_name=_("政策"))
    number = models.DecimalField(
        _("支付比例"),
        max_digits=5,
        decimal_places=4,
        validators=[MinValueValidator(0), MaxValueValidator(1)],
        help_text=_("75% 填 0.75"),
    )

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("支付比例")
        constraints = (
            *BenefitRow.Meta.constraints,
            models.CheckConstraint(
                condition=Q(number__gte=0, number__lte=1),
                name="ratio_from_nought_to_one",
                violation_error_message=_("支付比例须在 0 与 1 之间"),
            ),
        )


@tracked()
class CeilingRow(BenefitRow):
    policy = models.ForeignKey(BenefitPolicy, models.CASCADE, related_name="ceilings", verbose_name=_("政策"))
    number = models.DecimalField(
        _("年度限额（元）"), max_digits=16, decimal_places=2, validators=[MinValueValidator(0)]
    )

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("最高支付限额")
        constraints = (*BenefitRow.Meta.constraints, not_negative("ceiling_not_negative"))


@tracked()
class ContinuousRow(models.Model):
    """Whose deductible is counted through the year."""

    policy = models.ForeignKey(BenefitPolicy, models.CASCADE, related_name="continuous", verbose_name=_("政策"))
    hardship = models.CharField(_("困难群体"), max_length=20, choices=Hardship.choices())
    tier = models.CharField(_("待遇档次"), max_length=10, choices=Tier.choices())
    scope = models.CharField(_("就医范围"), max_length=16, choices=Scope.choices())
    section = models.CharField(_("条款"), max_length=200)
    remark = models.CharField(_("提示"), max_length=200, blank=True, help_text=_("适用时向经办人员显示"))

    class Meta:
        verbose_name = verbose_name_plural = _("起付线连续计算")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["policy", "hardship", "tier", "scope"],
                name="continuous_said_once",
                violation_error_message=_("同一群体、档次和范围已有一行"),
            ),
        )
        triggers = (immutable_rows("policy", "settlement_benefitpolicy"),)

    def __str__(self) -> str:
        return self.get_hardship_display()

    def as_rule(self) -> ContinuousDeductible:
        return ContinuousDeductible(
            hardship=Hardship(self.hardship),  # type: ignore[call-arg]
            tier=Tier(self.tier),  # type: ignore[call-arg]
            scope=Scope(self.scope),  # type: ignore[call-arg]
            section=self.section,
            remark=self.remark,
        )
