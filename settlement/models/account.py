"""Yearly accounts: what a person's year has used of each fund; the sums of an append-only ledger."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filings.models import InsuredPerson
from hospitals.access import Right, VisibleQuerySet
from hospitals.models import Area
from hospitals.vocabulary import Service
from settlement.accounts.bookkeeping import adds_to_account, follows_settlement
from settlement.models.settlement import Settlement, yuan
from settlement.vocabulary import EntryKind, Fund


class YearAccount(models.Model):
    """What the entries of one person, year and fund come to.  Written by the ledger's trigger alone."""

    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="year_accounts", db_index=False, verbose_name=_("参保人")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    fund = models.CharField(_("基金"), max_length=6, choices=Fund.choices())
    deductible = yuan(_("已付起付标准"))
    paid = yuan(_("基金已支付"))
    owed = yuan(_("后续支付"))
    personal_eligible = yuan(_("政策范围内个人负担"))
    stays = models.IntegerField(_("次数"), default=0)

    class Meta:
        verbose_name = verbose_name_plural = _("年度账户")
        ordering = ("person", "-year", "fund")
        constraints = (
            models.UniqueConstraint(
                fields=["person", "year", "fund"],
                name="one_account_a_year_and_fund",
                violation_error_message=_("该年度该基金已有账户"),
            ),
            models.CheckConstraint(
                condition=Q(deductible__gte=0, paid__gte=0, owed__gte=0, personal_eligible__gte=0, stays__gte=0),
                name="account_not_negative",
                violation_error_message=_("年度累计不能为负"),
            ),
        )
        triggers = (
            pgtrigger.Trigger(
                name="account_is_its_ledger",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete,
                condition=pgtrigger.Condition("pg_trigger_depth() < 1"),
                func="""
                    RAISE EXCEPTION '年度账户只随明细账变动' USING ERRCODE = 'integrity_constraint_violation';
                """,
            ),
        )

    def __str__(self) -> str:
        return f"{self.year}年 {self.get_fund_display()}"


class AccountEntry(models.Model):
    """One line of the ledger, in yuan; a reversal takes the contrary amounts.  Append-only."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="account_entries", db_index=False, verbose_name=_("参保人")
    )
    year = models.PositiveSmallIntegerField(_("年度"))
    fund = models.CharField(_("基金"), max_length=6, choices=Fund.choices())
    kind = models.CharField(_("类型"), max_length=10, choices=EntryKind.choices())
    settlement = models.ForeignKey(
        Settlement, models.PROTECT, null=True, blank=True, related_name="entries", verbose_name=_("结算")
    )
    service = models.CharField(
        _("服务"),
        max_length=12,
        choices=Service.choices(),
        default=Service.INPATIENT,
        help_text=_("起付标准和次数按服务分别累计"),
    )
    deductible = yuan(_("起付标准"))
    paid = yuan(_("基金支付"))
    owed = yuan(_("后续支付"))
    personal_eligible = yuan(_("政策范围内个人负担"))
    stays = models.SmallIntegerField(_("次数"), default=0)
    standard = models.DecimalField(
        _("起付标准（标准）"), max_digits=16, decimal_places=2, null=True, blank=True, help_text=_("本次所依的标准")
    )
    reason = models.CharField(_("说明"), max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("经办人")
    )
    made_at = models.DateTimeField(_("记账时间"), auto_now_add=True)

    objects: ClassVar[VisibleQuerySet["AccountEntry"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLAIMS

    class Meta:
        verbose_name = verbose_name_plural = _("年度明细账")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["settlement", "fund"],
                name="one_entry_a_settlement_and_fund",
                violation_error_message=_("该结算已记入此基金"),
            ),
            models.CheckConstraint(
                condition=Q(kind="carried_in", settlement=None) | Q(~Q(kind="carried_in"), settlement__isnull=False),
                name="entry_comes_from_a_settlement",
                violation_error_message=_("结算和冲正的明细须指明结算"),
            ),
            models.CheckConstraint(
                condition=~Q(kind="carried_in") | ~Q(reason=""),
                name="entry_carried_in_says_why",
                violation_error_message=_("系统启用前的累计须有说明"),
            ),
        )
        indexes = (models.Index(fields=["person", "year", "id"], name="entry_by_person"),)
        triggers = (
            pgtrigger.Protect(name="entry_is_final", operation=pgtrigger.Update | pgtrigger.Delete),
            follows_settlement(),
            adds_to_account(),
        )

    def __str__(self) -> str:
        return f"{self.year}年 {self.get_fund_display()} {self.get_kind_display()}"
