"""Recoupments: what is to come back of a settlement, by fund, and how far it has come."""

import datetime as dt
from decimal import Decimal
from typing import Any, ClassVar, Self

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models import Commitment, InsuredPerson
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area
from settlement.models.settlement import Settlement, yuan
from settlement.recoupments.lifecycle import RECOUPMENT_LIFECYCLE, sums_agree, within_what_was_paid
from settlement.vocabulary import Fund, RecoupmentCause, RecoupmentStatus


class RecoupmentQuerySet(VisibleQuerySet["Recoupment"]):
    def standing(self) -> Self:
        return self.exclude(status=RecoupmentStatus.WITHDRAWN)

    def collecting(self) -> Self:
        return self.filter(status=RecoupmentStatus.COLLECTING)

    def overdue(self, day: dt.date) -> Self:
        """Being collected, with something that was due before `day`."""
        return self.collecting().filter(next_due_on__lt=day)

    def to_decide(self) -> Self:
        """Those whose write-off waits for a word."""
        return self.collecting().filter(write_off_by__isnull=False)


def _somebody(label: Any) -> "models.ForeignKey[models.Model | None, models.Model | None]":
    return models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=label,
    )


def _said(prefix: str, reason: str = "") -> Q:
    """Who and when, and why where there is a reason."""
    whole = Q(**{f"{prefix}_by__isnull": False, f"{prefix}_at__isnull": False})
    return whole & ~Q(**{reason: ""}) if reason else whole


def _unsaid(prefix: str, reason: str = "") -> Q:
    empty = Q(**{f"{prefix}_by": None, f"{prefix}_at": None})
    return empty & Q(**{reason: ""}) if reason else empty


@tracked()
class Recoupment(models.Model):
    """Money of one settlement that is due back from the person, in yuan.

    due, received: the sums of its parts and of its receipts.  next_due_on: of the first instalment not covered by what
    was received.  corrected_by: whoever set other amounts than were proposed.  write_off_by: whoever asked
    that the rest be given up; written_off_by: whoever agreed.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="recoupments", verbose_name=_("参保人"))
    settlement = models.ForeignKey(Settlement, models.PROTECT, related_name="recoupments", verbose_name=_("结算"))
    commitment = models.ForeignKey(
        Commitment, models.PROTECT, null=True, blank=True, related_name="recoupments", verbose_name=_("承诺")
    )
    cause = models.CharField(_("追回事由"), max_length=10, choices=RecoupmentCause.choices())
    reason = models.CharField(_("追回理由"), max_length=300)
    source = models.CharField(_("依据"), max_length=300, blank=True)
    proposed_on = models.DateField(_("提出日期"))
    status = models.CharField(
        _("状态"), max_length=12, choices=RecoupmentStatus.choices(), default=RecoupmentStatus.PROPOSED
    )
    due = yuan(_("应追回"))
    received = yuan(_("已追回"))
    written_off = yuan(_("已核销"))
    next_due_on = models.DateField(_("下次应缴"), null=True, blank=True)
    made_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", db_index=False, verbose_name=_("提出人")
    )
    made_at = models.DateTimeField(_("提出时间"), auto_now_add=True)
    corrected_by = _somebody(_("更正人"))
    confirmed_by = _somebody(_("确认人"))
    confirmed_at = models.DateTimeField(_("确认时间"), null=True, blank=True)
    write_off_by = _somebody(_("核销提出人"))
    write_off_at = models.DateTimeField(_("核销提出时间"), null=True, blank=True)
    write_off_reason = models.CharField(_("核销理由"), max_length=300, blank=True)
    written_off_by = _somebody(_("核销批准人"))
    written_off_at = models.DateTimeField(_("核销批准时间"), null=True, blank=True)
    ended_by = _somebody(_("撤销人"))
    ended_at = models.DateTimeField(_("撤销时间"), null=True, blank=True)
    end_reason = models.CharField(_("撤销理由"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[RecoupmentQuerySet] = RecoupmentQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLAIMS

    class Meta:
        verbose_name = verbose_name_plural = _("基金追回")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["settlement", "commitment"],
                name="one_recoupment_a_lapse_and_settlement",
                violation_error_message=_("该结算已因此承诺提出追回"),
            ),
            models.CheckConstraint(
                condition=Q(due__gt=0, received__gte=0, written_off__gte=0)
                & Q(due__gte=F("received") + F("written_off")),
                name="recoupment_takes_no_more_than_is_due",
                violation_error_message=_("追回金额须大于零，已追回与已核销之和不能超过应追回"),
            ),
            models.CheckConstraint(
                condition=Q(cause="lapsed", commitment__isnull=False) | (~Q(cause="lapsed") & Q(commitment=None)),
                name="recoupment_of_a_lapse_names_it",
                violation_error_message=_("承诺到期的追回须有承诺"),
            ),
            models.CheckConstraint(
                condition=~Q(reason=""), name="recoupment_says_why", violation_error_message=_("追回须有理由")
            ),
            models.CheckConstraint(
                condition=(Q(status="proposed", received=0) & _unsaid("confirmed"))
                | (Q(status__in=["collecting", "settled", "written_off"]) & _said("confirmed"))
                | Q(status="withdrawn", received=0),
                name="recoupment_confirmed_says_who_when",
                violation_error_message=_("追回须经确认方可收款"),
            ),
            models.CheckConstraint(
                condition=Q(confirmed_by=None)
                | (~Q(confirmed_by=F("made_by")) & (Q(corrected_by=None) | ~Q(confirmed_by=F("corrected_by")))),
                name="recoupment_proposer_and_confirmer_differ",
                violation_error_message=_("追回的提出、更正与确认须由不同人员办理"),
            ),
            models.CheckConstraint(
                condition=Q(status="collecting", next_due_on__isnull=False, received__lt=F("due"))
                | (~Q(status="collecting") & Q(next_due_on=None)),
                name="recoupment_collected_has_a_due_day",
                violation_error_message=_("追回中的须有应缴日期和未缴金额"),
            ),
            models.CheckConstraint(
                condition=~Q(status="settled") | Q(received=F("due")),
                name="recoupment_settled_has_all",
                violation_error_message=_("结清须全部收回"),
            ),
            models.CheckConstraint(
                condition=(Q(status="written_off") & Q(due=F("received") + F("written_off"), written_off__gt=0))
                | (~Q(status="written_off") & Q(written_off=0)),
                name="recoupment_written_off_is_the_rest",
                violation_error_message=_("核销的是尚未收回的全部金额"),
            ),
            models.CheckConstraint(
                condition=_unsaid("write_off", "write_off_reason")
                | (Q(status__in=["collecting", "written_off"]) & _said("write_off", "write_off_reason")),
                name="recoupment_write_off_says_who_when_why",
                violation_error_message=_("核销须有提出人、时间和理由"),
            ),
            models.CheckConstraint(
                condition=(Q(status="written_off") & _said("written_off") & ~Q(written_off_by=F("write_off_by")))
                | (~Q(status="written_off") & _unsaid("written_off")),
                name="recoupment_write_off_takes_two",
                violation_error_message=_("核销的提出与批准须由不同人员办理"),
            ),
            models.CheckConstraint(
                condition=(Q(status="withdrawn") & _said("ended", "end_reason"))
                | (~Q(status="withdrawn") & _unsaid("ended", "end_reason")),
                name="recoupment_withdrawn_says_who_when_why",
                violation_error_message=_("撤销须有撤销人、时间和理由"),
            ),
        )
        indexes = (
            models.Index(fields=["area", "-id"], name="recoupment_by_area"),
            models.Index(fields=["area", "status", "-id"], name="recoupment_by_status"),
            models.Index(
                fields=["area", "next_due_on", "id"],
                condition=Q(status="collecting"),
                name="recoupment_by_due_day",
            ),
        )
        triggers = (
            RECOUPMENT_LIFECYCLE.trigger(),
            pgtrigger.ReadOnly(
                name="source_stands",
                fields=["area", "person", "settlement", "commitment", "cause", "proposed_on", "made_by", "made_at"],
            ),
            pgtrigger.Protect(name="recoupment_is_kept", operation=pgtrigger.Delete),
            sums_agree("{row}.id", pgtrigger.Insert | pgtrigger.Update),
        )

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("recoupment", args=[self.pk])

    @property
    def number(self) -> str:
        """ZH + day of the proposal + serial number."""
        return f"ZH{self.proposed_on:%Y%m%d}{self.pk:08d}"

    @property
    def open(self) -> Decimal:
        """What is still to come, as long as it is being collected."""
        return self.due - self.received - self.written_off

    @property
    def is_collecting(self) -> bool:
        return self.status == RecoupmentStatus.COLLECTING

    @property
    def due_on(self) -> dt.date | None:
        """As the worklist calls it."""
        return self.next_due_on


@tracked()
class RecoupmentPart(models.Model):
    """What is due back to one fund.  Changed only before the recoupment is confirmed."""

    recoupment = models.ForeignKey(Recoupment, models.PROTECT, related_name="parts", verbose_name=_("追回"))
    fund = models.CharField(_("基金"), max_length=6, choices=Fund.choices())
    amount = yuan(_("应追回"))

    class Meta:
        verbose_name = verbose_name_plural = _("分项金额")
        ordering = ("fund",)
        constraints = (
            models.UniqueConstraint(
                fields=["recoupment", "fund"],
                name="one_part_a_fund",
                violation_error_message=_("同一基金只列一项"),
            ),
            models.CheckConstraint(
                condition=Q(amount__gt=0),
                name="recoupment_part_is_positive",
                violation_error_message=_("追回金额须大于零"),
            ),
        )
        triggers = (
            within_what_was_paid(),
            sums_agree("{row}.recoupment_id", pgtrigger.Insert | pgtrigger.Update | pgtrigger.Delete),
        )

    def __str__(self) -> str:
        return self.get_fund_display()
