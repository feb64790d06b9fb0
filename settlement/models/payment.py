"""Payments: batches that go to the bank or the insurer, each payment in them, and the accounts that are paid on."""

from decimal import Decimal
from typing import ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.identity import masked
from filings.models import InsuredPerson
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area
from settlement.models.claim import Claim, account_number
from settlement.models.settlement import FollowUpDue, yuan
from settlement.payments.lifecycle import (
    BATCH_LIFECYCLE,
    COUNTS,
    LIVE,
    PAYMENT_LIFECYCLE,
    amount_is_settled_once,
    is_what_is_due,
    leaves_with_its_batch,
    parts_make_the_total,
)
from settlement.vocabulary import BatchKind, BatchStatus, Payer, PaymentStatus

USER = settings.AUTH_USER_MODEL
NO_DELETION = pgtrigger.Protect(name="payments_stay", operation=pgtrigger.Delete)


class PayeeAccount(models.Model):
    """An account that a person is paid on, from when it was written down; for a failed payment, or for what follows up.

    The newest counts.  proof: what bears out that somebody else receives the money.  Never changed.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="payee_accounts", db_index=False, verbose_name=_("参保人")
    )
    corrects = models.OneToOneField(
        "settlement.Payment",
        models.PROTECT,
        null=True,
        blank=True,
        related_name="correction",
        verbose_name=_("更正的付款"),
    )
    name = models.CharField(_("收款人"), max_length=50)
    bank = models.CharField(_("开户银行"), max_length=80)
    account = models.CharField(_("银行账号"), max_length=30, validators=[account_number])
    proof = models.CharField(_("代领证明"), max_length=200, blank=True)
    reason = models.CharField(_("登记原因"), max_length=300)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("收款账户")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(account__regex=r"^[0-9]{8,30}$") & ~Q(name="") & ~Q(bank="") & ~Q(reason=""),
                name="payee_account_is_whole",
                violation_error_message=_("收款账户须有收款人、开户银行、8至30位账号和登记原因"),
            ),
        )
        indexes = (models.Index(fields=["person", "-id"], name="payee_account_by_person"),)
        triggers = (pgtrigger.Protect(name="payee_account_is_final", operation=pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.name} {masked(self.account)}"


@tracked()
class PaymentBatch(models.Model):
    """Payments of one area and kind that go out together.  payer: whose bank account, or the insurer's list.

    acknowledged: how many warnings the second person has vouched for.  count, total: of what was not taken out.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    kind = models.CharField(_("批次类型"), max_length=20, choices=BatchKind.choices())
    payer = models.CharField(_("支付方"), max_length=10, choices=Payer.choices(), default=Payer.AGENCY)
    period_from = models.DateField(_("结算日期起"), null=True, blank=True)
    period_to = models.DateField(_("结算日期止"), null=True, blank=True)
    made_on = models.DateField(_("编制日期"))
    count = models.PositiveIntegerField(_("笔数"), default=0)
    total = yuan(_("金额合计"))
    status = models.CharField(_("状态"), max_length=10, choices=BatchStatus.choices(), default=BatchStatus.DRAFT)
    acknowledged = models.PositiveIntegerField(_("已核实的提示"), default=0)
    file_sha256 = models.CharField(_("送出文件摘要"), max_length=64, blank=True)
    made_by = models.ForeignKey(USER, models.PROTECT, related_name="+", db_index=False, verbose_name=_("编制人"))
    made_at = models.DateTimeField(_("编制时间"), auto_now_add=True)
    confirmed_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("核对人")
    )
    confirmed_at = models.DateTimeField(_("核对时间"), null=True, blank=True)
    sent_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("送出人")
    )
    sent_at = models.DateTimeField(_("送出时间"), null=True, blank=True)
    closed_at = models.DateTimeField(_("回盘完毕时间"), null=True, blank=True)
    voided_by = models.ForeignKey(
        USER, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("作废人")
    )
    voided_at = models.DateTimeField(_("作废时间"), null=True, blank=True)
    void_reason = models.CharField(_("作废原因"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[VisibleQuerySet["PaymentBatch"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PAYMENTS
    hall_id = None  # a batch is the whole area's

    class Meta:
        verbose_name = verbose_name_plural = _("拨付批次")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(confirmed_by=None) | ~Q(confirmed_by=F("made_by")),
                name="batch_maker_and_checker_differ",
                violation_error_message=_("编制与核对须由不同人员办理"),
            ),
            models.CheckConstraint(
                condition=Q(kind="claims", payer="agency", period_from=None, period_to=None)
                | (~Q(kind="claims") & Q(period_to__gte=F("period_from"))),
                name="batch_of_follow_ups_has_its_period",
                violation_error_message=_("后续支付的批次须有期间，零星报销的没有"),
            ),
            models.CheckConstraint(
                condition=Q(status="voided")
                | Q(status="draft", confirmed_by=None, confirmed_at=None)
                | Q(status__in=["confirmed", "sent", "closed"], confirmed_by__isnull=False, confirmed_at__isnull=False),
                name="batch_confirmed_says_who_when",
                violation_error_message=_("已核对的批次须有核对人和时间"),
            ),
            models.CheckConstraint(
                condition=(~Q(status__in=["sent", "closed"]) & Q(sent_by=None, sent_at=None, file_sha256=""))
                | (Q(status__in=["sent", "closed"], sent_by__isnull=False, sent_at__isnull=False) & ~Q(file_sha256="")),
                name="batch_sent_says_who_when_what",
                violation_error_message=_("已送出的批次须有送出人、时间和文件摘要"),
            ),
            models.CheckConstraint(
                condition=(~Q(status="closed") & Q(closed_at=None)) | Q(status="closed", closed_at__isnull=False),
                name="batch_closed_says_when",
                violation_error_message=_("已回盘的批次须有时间"),
            ),
            models.CheckConstraint(
                condition=(~Q(status="voided") & Q(voided_by=None, voided_at=None, void_reason=""))
                | (Q(status="voided", voided_by__isnull=False, voided_at__isnull=False) & ~Q(void_reason="")),
                name="batch_voided_says_who_when_why",
                violation_error_message=_("作废批次须有经手人、时间和原因"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="batch_by_area"),
            models.Index(fields=["area", "status", "-id"], name="batch_by_status"),
        )
        triggers = (BATCH_LIFECYCLE.trigger(), parts_make_the_total(), NO_DELETION)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("payment_batch", args=[self.pk])

    @property
    def number(self) -> str:
        """ZF + day + serial number; follows from the row."""
        return f"ZF{self.made_on:%Y%m%d}{self.pk:06d}"

    @property
    def is_insurers(self) -> bool:
        return self.payer == Payer.INSURER


class PaymentQuerySet(VisibleQuerySet["Payment"]):
    def live(self) -> Self:
        return self.filter(status__in=LIVE)

    def counting(self) -> Self:
        """Of which a claim or follow-up has at most one: on the way, or paid."""
        return self.filter(status__in=COUNTS)

    def failed_for_good(self) -> Self:
        """Failed, and no later attempt stands in its place."""
        later = self.model._default_manager.filter(replaces=OuterRef("pk")).exclude(status=PaymentStatus.VOID)
        return self.filter(~Exists(later), status=PaymentStatus.FAILED)

    def to_correct(self) -> Self:
        """Failed at the bank, and still due: the counter puts the account right."""
        still_due = Q(claim__status="released") | Q(due__settlement__reversal=None, due__payer=Payer.AGENCY)
        return self.failed_for_good().filter(still_due)


@tracked()
class Payment(models.Model):
    """One payment to one person, for a claim or for a follow-up.  Its content never changes; what became of it does.

    payee: where it comes from; None for what the claim itself names.  amount: None where only the insurer will say it.
    """

    batch = models.ForeignKey(
        PaymentBatch, models.PROTECT, related_name="payments", db_index=False, verbose_name=_("批次")
    )
    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="payments", verbose_name=_("参保人"))
    claim = models.ForeignKey(
        Claim, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("报销件")
    )
    due = models.ForeignKey(
        FollowUpDue, models.PROTECT, null=True, blank=True, related_name="payments", verbose_name=_("后续支付")
    )
    position = models.PositiveIntegerField(_("序号"))
    payee = models.ForeignKey(
        PayeeAccount,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="payments",
        db_index=False,
        verbose_name=_("收款账户"),
    )
    payee_name = models.CharField(_("收款人"), max_length=50)
    payee_bank = models.CharField(_("开户银行"), max_length=80, blank=True)
    payee_account = models.CharField(_("银行账号"), max_length=30, blank=True)
    id_tail = models.CharField(_("证件号后四位"), max_length=4)
    amount = models.DecimalField(_("金额"), max_digits=16, decimal_places=2, null=True, blank=True)
    amount_reason = models.CharField(_("核定依据"), max_length=300, blank=True)
    attempt = models.PositiveSmallIntegerField(_("第几次"), default=1)
    replaces = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="later", db_index=False, verbose_name=_("前次付款")
    )
    status = models.CharField(_("状态"), max_length=10, choices=PaymentStatus.choices(), default=PaymentStatus.PENDING)
    paid_on = models.DateField(_("支付日期"), null=True, blank=True)
    reference = models.CharField(_("银行流水号"), max_length=60, blank=True)
    vouched = models.TextField(_("核实的提示"), blank=True, help_text=_("核对人确认过的提示"))
    failure = models.CharField(_("失败原因"), max_length=300, blank=True)
    made_at = models.DateTimeField(_("编制时间"), auto_now_add=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[PaymentQuerySet] = PaymentQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_PAYMENTS
    history_masks: ClassVar = {"payee_account": masked}

    class Meta:
        verbose_name = verbose_name_plural = _("付款")
        ordering = ("batch", "position")
        constraints = (
            models.UniqueConstraint(
                fields=["claim"],
                condition=Q(status__in=COUNTS),
                name="one_payment_a_claim",
                violation_error_message=_("此报销件已在拨付批次中，或已拨付"),
            ),
            models.UniqueConstraint(
                fields=["due"],
                condition=Q(status__in=COUNTS),
                name="one_payment_a_follow_up",
                violation_error_message=_("此项后续支付已在拨付批次中，或已拨付"),
            ),
            models.UniqueConstraint(
                fields=["replaces"],
                condition=~Q(status="void"),
                name="one_payment_in_place_of_another",
                violation_error_message=_("此笔失败付款已再次支付"),
            ),
            models.UniqueConstraint(
                fields=["batch", "position"], name="one_payment_a_position", violation_error_message=_("序号重复")
            ),
            models.CheckConstraint(
                condition=Q(claim__isnull=False, due=None, amount__isnull=False) | Q(claim=None, due__isnull=False),
                name="payment_is_of_a_claim_or_a_follow_up",
                violation_error_message=_("付款须对应一件报销或一项后续支付"),
            ),
            models.CheckConstraint(
                condition=Q(amount=None) | Q(amount__gt=Decimal(0)),
                name="payment_amount_positive",
                violation_error_message=_("付款金额须大于零"),
            ),
            models.CheckConstraint(
                condition=Q(payee_account="") | Q(payee_account__regex=r"^[0-9]{8,30}$"),
                name="payment_account_is_digits",
                violation_error_message=_("银行账号应为8至30位数字"),
            ),
            models.CheckConstraint(
                condition=Q(attempt=1, replaces=None) | Q(attempt__gt=1, replaces__isnull=False),
                name="payment_again_says_after_which",
                violation_error_message=_("再次支付须指明前次付款"),
            ),
            models.CheckConstraint(
                condition=~Q(status="paid")
                | (Q(paid_on__isnull=False, amount__isnull=False, failure="") & (Q(claim=None) | ~Q(reference=""))),
                name="payment_paid_says_when_how_much",
                violation_error_message=_("已付的须有支付日期、金额和银行流水号"),
            ),
            models.CheckConstraint(
                condition=(~Q(status="failed") & Q(failure="")) | (Q(status="failed") & ~Q(failure="")),
                name="payment_failed_says_why",
                violation_error_message=_("支付失败须有原因"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="payment_by_area"),
            models.Index(fields=["area", "-id"], condition=Q(status="failed"), name="payment_failed"),
        )
        triggers = (
            PAYMENT_LIFECYCLE.trigger(),
            pgtrigger.ReadOnly(
                name="payment_content_is_final",
                fields=[
                    *("batch", "area", "person", "claim", "due", "position", "attempt", "replaces"),
                    *("payee", "payee_name", "payee_bank", "payee_account", "id_tail", "made_at"),
                ],
            ),
            is_what_is_due(),
            amount_is_settled_once(),
            leaves_with_its_batch(),
            NO_DELETION,
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("payment_batch", args=[self.batch_id])

    @property
    def number(self) -> str:
        """What the bank gives back with the result; follows from the row."""
        return f"FK{self.pk:010d}"
