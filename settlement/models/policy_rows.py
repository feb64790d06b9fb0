"""The rows of a benefit policy: what they share, and the tables of the basic fund's numbers."""

from dataclasses import fields
from functools import cache
from typing import Any, ClassVar, Self

from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filings.vocabulary import Employment, Scheme, Tier
from hospitals.history import tracked
from hospitals.models.policy import immutable_rows
from hospitals.vocabulary import Level, Scope, Service
from settlement.calculation.rows import TERMS, Row

WHOM = ("scheme", "employment", "tier", "scope", "service", "level")
SECTION = _("如“二2”；出自其他文件的写全《文件名》")


def yuan(name: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    return models.DecimalField(name, max_digits=16, decimal_places=2, validators=[MinValueValidator(0)], **options)


def share(name: Any, **options: Any) -> "models.DecimalField[Any, Any]":
    """From 0 to 1."""
    bounds = [MinValueValidator(0), MaxValueValidator(1)]
    return models.DecimalField(name, max_digits=5, decimal_places=4, validators=bounds, **options)


def not_negative(name: str, *amounts: str) -> models.CheckConstraint:
    condition = Q()
    for amount in amounts or ("number",):
        condition &= Q(**{f"{amount}__gte": 0}) | Q(**{amount: None})
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=_("金额不能为负"))


def from_nought_to_one(name: str, *shares: str) -> models.CheckConstraint:
    condition = Q(**{f"{share}__gte": 0 for share in shares}, **{f"{share}__lte": 1 for share in shares})
    return models.CheckConstraint(condition=condition, name=name, violation_error_message=_("支付比例须在 0 与 1 之间"))


def said_once(*names: str) -> models.UniqueConstraint:
    return models.UniqueConstraint(
        fields=["policy", *names], name="%(class)s_one_number", violation_error_message=_("同一对象已有一个数字")
    )


class PolicyRow(models.Model):
    """A row that stands for a rule of the calculation.

    rule: its kind; the columns have the names of its fields, and a term that is None is left empty.
    """

    policy: Any
    rule: ClassVar[type[Any]]

    class Meta:
        abstract = True
        ordering = ("id",)
        triggers = (immutable_rows("policy", "settlement_benefitpolicy"),)

    def __str__(self) -> str:
        names = (TERMS[name].name_of(getattr(self, name)) for name in _columns(type(self)) if name in TERMS)
        return "、".join(name for name in names if name) or "不限"

    def as_rule(self) -> Any:
        return self.rule(**{name: _read(name, getattr(self, name)) for name in _columns(type(self))})

    @classmethod
    def of(cls, policy: models.Model, rule: Any) -> Self:
        """A row of a policy, not saved."""
        values = {name: getattr(rule, name) for name in _columns(cls)}
        return cls(policy=policy, **{name: "" if name in TERMS and not code else code for name, code in values.items()})


@cache
def _columns(model: type[PolicyRow]) -> tuple[str, ...]:
    """The fields of the rule that the model keeps; the others stay as the rule has them by itself."""
    kept = {field.name for field in model._meta.concrete_fields}
    return tuple(field.name for field in fields(model.rule) if field.name in kept)


def _read(name: str, value: Any) -> Any:
    return value if name not in TERMS else TERMS[name].of(value) if value else None


class BenefitRow(PolicyRow):
    """A row that holds for stays; what is left empty holds for all."""

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
    section = models.CharField(_("条款"), max_length=200, help_text=SECTION)
    assumed = models.BooleanField(_("示例"), default=False, help_text=_("非官方数字，待核定"))

    class Meta(PolicyRow.Meta):
        abstract = True


@tracked()
class DeductibleRow(BenefitRow):
    rule = Row
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="deductibles", verbose_name=_("政策"))
    number = yuan(_("起付标准（元）"))

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("起付标准")
        constraints = (said_once(*WHOM), not_negative("deductible_not_negative"))


@tracked()
class RatioRow(BenefitRow):
    rule = Row
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="ratios", verbose_name=_("政策"))
    above = yuan(_("分段起点（元）"), default=0, help_text=_("不分段的填 0；分段的第一段从 0 起"))
    number = share(_("支付比例"), help_text=_("75% 填 0.75"))

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("支付比例")
        constraints = (
            said_once(*WHOM, "above"),
            from_nought_to_one("ratio_from_nought_to_one", "number"),
            not_negative("segment_not_negative", "above"),
        )


@tracked()
class CeilingRow(BenefitRow):
    rule = Row
    policy = models.ForeignKey("BenefitPolicy", models.CASCADE, related_name="ceilings", verbose_name=_("政策"))
    number = yuan(_("年度限额（元）"))

    class Meta(BenefitRow.Meta):
        verbose_name = verbose_name_plural = _("最高支付限额")
        constraints = (said_once(*WHOM), not_negative("ceiling_not_negative"))
