"""What happens while a recoupment is collected: the plan, what was received, who was reminded."""

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from hospitals.history import tracked
from settlement.models.recoupment import Recoupment, RecoupmentPart
from settlement.models.settlement import yuan
from settlement.recoupments.lifecycle import sums_agree
from settlement.vocabulary import ReminderWay

FINAL = pgtrigger.Update | pgtrigger.Delete


@tracked()
class RecoupmentInstalment(models.Model):
    """A day through which an amount is to be paid.  What was received covers the earlier ones first."""

    recoupment = models.ForeignKey(
        Recoupment, models.PROTECT, related_name="instalments", db_index=False, verbose_name=_("追回")
    )
    due_on = models.DateField(_("应缴日期"))
    amount = yuan(_("应缴金额"))

    class Meta:
        verbose_name = verbose_name_plural = _("分期")
        ordering = ("due_on",)
        constraints = (
            models.UniqueConstraint(
                fields=["recoupment", "due_on"],
                name="one_instalment_a_day",
                violation_error_message=_("同一天只列一期"),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="instalment_is_positive",
                violation_error_message=_("分期金额须大于零"),
            ),
        )
        triggers = (sums_agree("{row}.recoupment_id", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete),)

    def __str__(self) -> str:
        return f"{self.due_on} {self.amount}"


class RecoupmentReceipt(models.Model):
    """Money that came back; a contrary row takes one back that was wrong.  Append-only."""

    recoupment = models.ForeignKey(Recoupment, models.PROTECT, related_name="receipts", verbose_name=_("追回"))
    received_on = models.DateField(_("收款日期"))
    amount = yuan(_("金额"))
    reference = models.CharField(_("凭证号"), max_length=60)
    takes_back = models.OneToOneField(
        "self", models.PROTECT, null=True, blank=True, related_name="taken_back", verbose_name=_("撤销的收款")
    )
    reason = models.CharField(_("撤销理由"), max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("登记人")
    )
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("收款")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(takes_back=None, amount__gt=0, reason="")
                | (Q(takes_back__isnull=False, amount__lt=0) & ~Q(reason="")),
                name="recoupment_receipt_has_its_sign",
                violation_error_message=_("收款金额须大于零；撤销收款须有理由"),
            ),
            models.CheckConstraint(
                condition=~Q(reference=""),
                name="recoupment_receipt_has_its_reference",
                violation_error_message=_("收款须有凭证号"),
            ),
        )
        triggers = (
            pgtrigger.Protect(name="recoupment_receipt_is_final", operation=FINAL),
            sums_agree("{row}.recoupment_id", pgtrigger.Insert),
        )

    def __str__(self) -> str:
        return f"{self.received_on} {self.amount} 元（{self.reference}）"


class RecoupmentShare(models.Model):
    """What of a receipt went back to which fund.  Append-only."""

    receipt = models.ForeignKey(RecoupmentReceipt, models.PROTECT, related_name="shares", verbose_name=_("收款"))
    part = models.ForeignKey(RecoupmentPart, models.PROTECT, related_name="shares", verbose_name=_("分项"))
    amount = yuan(_("金额"))

    class Meta:
        verbose_name = verbose_name_plural = _("收款分配")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["receipt", "part"], name="one_share_a_part", violation_error_message=_("同一分项只分配一次")
            ),
            models.CheckConstraint(
                condition=~Q(amount=0), name="share_is_not_nothing", violation_error_message=_("分配金额不能为零")
            ),
        )
        triggers = (
            pgtrigger.Protect(name="recoupment_share_is_final", operation=FINAL),
            pgtrigger.Trigger(
                name="share_stays_within_its_recoupment",
                when=pgtrigger.Before,
                operation=pgtrigger.Insert,
                func="""
                    IF NOT EXISTS (
                        SELECT 1 FROM settlement_recoupmentpart part
                        JOIN settlement_recoupmentreceipt receipt USING (recoupment_id)
                        WHERE part.id = NEW.part_id AND receipt.id = NEW.receipt_id
                    ) THEN
                        RAISE EXCEPTION '收款只能分配给同一件追回' USING ERRCODE = 'integrity_constraint_violation';
                    END IF;
                    RETURN NEW;
                """,
            ),
            sums_agree(
                "(SELECT recoupment_id FROM settlement_recoupmentpart WHERE id = {row}.part_id)", pgtrigger.Insert
            ),
        )

    def __str__(self) -> str:
        return f"{self.part} {self.amount}"


class RecoupmentReminder(models.Model):
    """Somebody was told to pay.  Append-only.  next_due_on, open: what they were told."""

    recoupment = models.ForeignKey(Recoupment, models.PROTECT, related_name="reminders", verbose_name=_("追回"))
    reminded_on = models.DateField(_("催缴日期"))
    how = models.CharField(_("方式"), max_length=10, choices=ReminderWay.choices())
    due_on = models.DateField(_("应缴日期"))
    open = yuan(_("未缴金额"))
    note = models.CharField(_("情况"), max_length=300, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("登记人")
    )
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    class Meta:
        verbose_name = verbose_name_plural = _("催缴")
        ordering = ("id",)
        triggers = (pgtrigger.Protect(name="reminder_is_final", operation=FINAL),)

    def __str__(self) -> str:
        return f"{self.reminded_on} {self.get_how_display()}"
