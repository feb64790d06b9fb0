"""Payments to hospitals: lists by area and scope, one payment a cleared statement, and the hospitals' accounts."""

import datetime as dt
from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.identity import masked
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, Hospital
from hospitals.vocabulary import Scope
from settlement.hospital_clearing.guards import is_all_of_it, pays_what_is_cleared
from settlement.hospital_clearing.lifecycle import BATCH_LIFECYCLE, COUNTS, PAYMENT_LIFECYCLE
from settlement.hospital_clearing.words import DFR_SOUC, HospitalBatchStatus, HospitalPaymentStatus
from settlement.models.claim import account_number
from settlement.models.hospital_statement import HospitalStatement
from settlement.models.settlement import yuan

PAID = Q(paid_on__isnull=False) & ~Q(reference="")
USER = settings.AUTH_USER_MODEL
SEE = Right.SEE_HOSPITAL_CLEARING
STAYS = pgtrigger.Protect(name="hospital_payments_stay", operation=pgtrigger.Delete)


class HospitalAccount(models.Model):
    """The account that a hospital is paid on, from when it was written down; the newest counts.  Never changed."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("就医地"))
    hospital = models.ForeignKey(
        Hospital, models.PROTECT, related_name="accounts", db_index=False, verbose_name=_("医院")
    )
    name = models.CharField(_("户名"), max_length=100)
    bank = models.CharField(_("开户银行"), max_length=80)
    account = models.CharField(_("银行账号"), max_length=30, validators=[account_number])
    reason = models.CharField(_("登记依据"), max_length=300)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("登记人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("医院收款账户")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(account__regex=r"^[0-9]{8,30}$") & ~Q(name="") & ~Q(bank="") & ~Q(reason=""),
                name="hospital_account_is_whole",
                violation_error_message=_("收款账户须有户名、开户银行、8至30位账号和登记依据"),
            ),
        )
        indexes = (models.Index(fields=["hospital", "-id"], name="hospital_account_by_hospital"),)
        triggers = (pgtrigger.Protect(name="hospital_account_is_final", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.name} {masked(self.account)}"


@tracked()
class HospitalPaymentBatch(models.Model):
    """拨付单: payments to hospitals of one area, in-province and cross-province apart."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("就医地"))
    scope = models.CharField(_("范围"), max_length=16, choices=Scope.choices())
    made_on = models.DateField(_("编制日期"))
    count = models.PositiveIntegerField(_("笔数"), default=0)
    total = yuan(_("金额合计"))
    status = models.CharField(
        _("状态"), max_length=10, choices=HospitalBatchStatus.choices(), default=HospitalBatchStatus.DRAFT
    )
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("编制人"))
    made_at = models.DateTimeField(_("编制时间"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("核对人")
    )
    confirmed_at = models.DateTimeField(_("核对时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["HospitalPaymentBatch"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = SEE
    hall_id = None  # a list is the whole area's

    class Meta:
        verbose_name = verbose_name_plural = _("医疗机构拨付单")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("made_by")),
                name="hospital_batch_maker_and_checker_differ",
                violation_error_message=_("编制与核对须由不同人员办理"),
            ),
            models.CheckConstraint(
                condition=Q(status="draft", confirmed_by=None, confirmed_at=None, void_reason="")
                | Q(status__in=["confirmed", "closed"], confirmed_by__isnull=False, confirmed_at__isnull=False,
                    void_reason="")
                | (Q(status="voided") & ~Q(void_reason="")),
                name="hospital_batch_says_who_when",
                violation_error_message=_("已核对的拨付单须有核对人和时间，作废的须有原因"),
            ),
        )  # fmt: skip
        indexes = (models.Index(fields=["area", "-id"], name="hospital_batch_by_area"),)
        triggers = (BATCH_LIFECYCLE.trigger(), is_all_of_it(), STAYS)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("hospital_batch", args=[self.pk])

    @property
    def number(self) -> str:
        """BF + day + serial number; follows from the row."""
        return f"BF{self.made_on:%Y%m%d}{self.pk:06d}"

    @property
    def dfr_souc(self) -> str:
        return DFR_SOUC[self.scope]


class HospitalPaymentQuerySet(VisibleQuerySet["HospitalPayment"]):
    def counting(self) -> "HospitalPaymentQuerySet":
        """Of which a statement has at most one: waiting, or paid."""
        return self.filter(status__in=COUNTS)

    def failed(self) -> "HospitalPaymentQuerySet":
        return self.filter(status=HospitalPaymentStatus.FAILED)

    def to_pay_again(self) -> "HospitalPaymentQuerySet":
        """The last that failed of a statement which still is to be paid, and is in no list."""
        others = HospitalPayment.objects.filter(statement=OuterRef("statement"))
        later = others.failed().filter(pk__gt=OuterRef("pk"))
        return self.failed().filter(~Exists(others.counting()), ~Exists(later), statement__payable__gt=0)

    def with_correction(self) -> "HospitalPaymentQuerySet":
        """`is_corrected`: whether the hospital has an account since on which no payment has failed."""
        newer = HospitalAccount.objects.filter(hospital=OuterRef("statement__hospital"), pk__gt=OuterRef("account"))
        failed = HospitalPayment.objects.failed().filter(account=OuterRef("pk"))
        return self.annotate(is_corrected=Exists(newer.filter(~Exists(failed))))


@tracked()
class HospitalPayment(models.Model):
    """What one hospital is paid for one statement.  Its content never changes; what became of it does.

    paid_on, reference: of one that came back, how it had been paid.
    """

    batch = models.ForeignKey(
        HospitalPaymentBatch, models.PROTECT, related_name="payments", db_index=False, verbose_name=_("拨付单")
    )
    statement = models.ForeignKey(
        HospitalStatement, models.PROTECT, related_name="payments", db_index=False, verbose_name=_("清算单")
    )
    account = models.ForeignKey(
        HospitalAccount, models.PROTECT, related_name="payments", db_index=False, verbose_name=_("收款账户")
    )
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2)
    status = models.CharField(
        _("状态"), max_length=8, choices=HospitalPaymentStatus.choices(), default=HospitalPaymentStatus.PENDING
    )
    paid_on = models.DateField(_("拨付日期"), null=True, blank=True)
    reference = models.CharField(_("银行流水号"), max_length=60, blank=True)
    failure = models.CharField(_("失败原因"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[HospitalPaymentQuerySet] = HospitalPaymentQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = SEE
    area_path = "batch__area"
    hall_id = None

    class Meta:
        verbose_name = verbose_name_plural = _("医疗机构付款")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["statement"],
                condition=Q(status__in=COUNTS),
                name="one_payment_a_statement",
                violation_error_message=_("此清算单已在拨付单中，或已拨付"),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="hospital_payment_positive",
                violation_error_message=_("付款金额须大于零"),
            ),
            models.CheckConstraint(
                condition=(Q(status="paid", failure="") & PAID)
                | (Q(status="failed") & ~Q(failure="") & (Q(paid_on=None, reference="") | PAID))
                | Q(status__in=["pending", "void"], paid_on=None, reference="", failure=""),
                name="hospital_payment_says_what_became_of_it",
                violation_error_message=_("已付的须有日期和银行流水号，失败的须有原因"),
            ),
        )
        indexes = (models.Index(fields=["batch", "id"], name="hospital_payment_by_batch"),)
        triggers = (PAYMENT_LIFECYCLE.trigger(), pays_what_is_cleared(), STAYS)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return self.batch.get_absolute_url()

    @property
    def number(self) -> str:
        """What the bank gives back with the result; follows from the row."""
        return f"YF{self.pk:08d}"

    @property
    def payee_name(self) -> str:
        return self.statement.hospital.name

    @property
    def payee_account(self) -> str:
        return self.account.account

    @property
    def area_id(self) -> str:
        return self.batch.area_id

    @property
    def area(self) -> Area:
        return self.batch.area

    @property
    def made_at(self) -> dt.datetime:
        return self.batch.made_at
