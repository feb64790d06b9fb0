"""Commitments to hand in later what is missing, and what is missing."""

import datetime as dt
from typing import ClassVar, Self

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.assessment import MaterialGroup
from filings.models.commitment_lifecycle import COMMITMENT_LIFECYCLE, CommitmentStatus
from filings.models.filing import Filing
from filings.models.filing_lifecycle import FilingStatus
from filings.models.people import InsuredPerson
from filings.vocabulary import CommitmentPurpose, Material
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, ServiceHall


class CommitmentQuerySet(VisibleQuerySet["Commitment"]):
    def open(self) -> Self:
        return self.filter(status=CommitmentStatus.OPEN)

    def due_before(self, day: dt.date) -> Self:
        """Open, and past their last day on `day`."""
        return self.open().filter(due_on__lt=day)


@tracked()
class Commitment(models.Model):
    """A person signed to hand in what is missing, through `due_on`; the portal goes on before that.

    due_on: worked out once, from the policy version then in force.  filing_was, filing_ended_on: of the filing when the
    commitment lapsed, so that it can be reinstated as it was.  problem: why the last daily run could not end it.
    """

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    hall = models.ForeignKey(
        ServiceHall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        db_index=False,
        verbose_name=_("受理窗口"),
    )
    person = models.ForeignKey(
        InsuredPerson, models.PROTECT, related_name="commitments", db_index=False, verbose_name=_("参保人")
    )
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, blank=True, related_name="commitments", verbose_name=_("备案")
    )
    purpose = models.CharField(_("承诺事项"), max_length=10, choices=CommitmentPurpose.choices())
    signed_on = models.DateField(_("签订日期"))
    due_on = models.DateField(_("补齐期限"), help_text=_("可以补交的最后一天"))
    policy = models.ForeignKey("filings.FilingPolicy", models.PROTECT, related_name="+", verbose_name=_("政策版本"))
    status = models.CharField(
        _("状态"), max_length=10, choices=CommitmentStatus.choices(), default=CommitmentStatus.OPEN
    )
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)
    closed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("办结人")
    )
    closed_at = models.DateTimeField(_("办结时间"), null=True, blank=True)
    close_reason = models.CharField(_("办结原因"), max_length=300, blank=True)
    filing_was = models.CharField(_("到期时备案状态"), max_length=10, choices=FilingStatus.choices(), blank=True)
    filing_ended_on = models.DateField(_("到期前备案结束"), null=True, blank=True)
    problem = models.CharField(_("到期处理未成的原因"), max_length=300, blank=True)
    version = models.PositiveIntegerField(default=1, editable=False)

    objects: ClassVar[CommitmentQuerySet] = CommitmentQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS
    hall_path = "hall"

    class Meta:
        verbose_name = verbose_name_plural = _("承诺")
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                fields=["filing"],
                condition=Q(status="open"),
                name="one_open_commitment_a_filing",
                violation_error_message=_("该备案已有待补齐的承诺"),
            ),
            models.CheckConstraint(
                condition=Q(purpose="filing", filing__isnull=False) | Q(purpose="claim", filing=None),
                name="commitment_of_a_filing_names_it",
                violation_error_message=_("备案的承诺须有备案，报销的承诺没有备案"),
            ),
            models.CheckConstraint(
                condition=Q(due_on__gt=models.F("signed_on")),
                name="commitment_is_due_after_it_is_signed",
                violation_error_message=_("补齐期限须晚于签订日期"),
            ),
            models.CheckConstraint(
                condition=Q(status="open", closed_by=None, closed_at=None, close_reason="")
                | (~Q(status="open") & Q(closed_by__isnull=False, closed_at__isnull=False) & ~Q(close_reason="")),
                name="commitment_end_says_who_when_why",
                violation_error_message=_("承诺办结须有经办人、时间和原因，待补齐的没有"),
            ),
            models.CheckConstraint(
                condition=Q(filing_was="", filing_ended_on=None) | Q(status="lapsed", purpose="filing"),
                name="commitment_keeps_what_the_filing_was_when_it_lapsed",
                violation_error_message=_("只有到期的备案承诺记载备案原状"),
            ),
        )
        indexes = (  # the list by due day, whole or filtered, of areas and of halls; the daily run's
            models.Index(fields=["area", "status", "due_on", "id"], name="commitment_by_due"),
            models.Index(fields=["area", "due_on", "id"], name="commitment_by_area"),
            models.Index(fields=["area", "-id"], name="commitment_newest"),
            models.Index(fields=["hall", "status", "due_on", "id"], name="commitment_by_hall"),
            models.Index(fields=["person", "-id"], name="commitment_by_person"),
            models.Index(fields=["due_on", "id"], condition=Q(status="open"), name="commitment_to_sweep"),
        )
        triggers = (COMMITMENT_LIFECYCLE.trigger(),)

    def __str__(self) -> str:
        return self.number

    def get_absolute_url(self) -> str:
        return reverse("commitment", args=[self.pk])

    @property
    def number(self) -> str:
        """CN + day of signing + serial number; follows from the row."""
        return f"CN{self.signed_on:%Y%m%d}{self.pk:08d}"

    @property
    def is_open(self) -> bool:
        return self.status == CommitmentStatus.OPEN

    @property
    def outstanding(self) -> "list[CommitmentItem]":
        return [item for item in self.items.all() if not item.is_handed_in]


@tracked()
class CommitmentItem(models.Model):
    """A group of materials that was missing, of which one is to be handed in; and what was.

    originals, copies: None where the document does not count them.  seen_originals, seen_copies: handed in.
    """

    commitment = models.ForeignKey(Commitment, models.CASCADE, related_name="items", verbose_name=_("承诺"))
    one_of = ArrayField(
        models.CharField(max_length=30, choices=Material.choices()), verbose_name=_("材料（有其一即可）")
    )
    originals = models.PositiveSmallIntegerField(_("应交原件份数"), null=True, blank=True)
    copies = models.PositiveSmallIntegerField(_("应交复印件份数"), null=True, blank=True)
    note = models.CharField(_("说明"), max_length=200, blank=True)
    section = models.CharField(_("条款"), max_length=60, blank=True)
    material = models.CharField(_("补交的材料"), max_length=30, choices=Material.choices(), blank=True)
    seen_originals = models.PositiveSmallIntegerField(_("收到原件份数"), default=0)
    seen_copies = models.PositiveSmallIntegerField(_("收到复印件份数"), default=0)
    handed_in_on = models.DateField(_("补交日期"), null=True, blank=True)
    received_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收件人")
    )

    class Meta:
        verbose_name = verbose_name_plural = _("承诺补充的材料")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(one_of__len__gt=0),
                name="commitment_item_names_one",
                violation_error_message=_("至少列出一种材料"),
            ),
            models.CheckConstraint(
                condition=Q(material="", handed_in_on=None, received_by=None, seen_originals=0, seen_copies=0)
                | (~Q(material="") & Q(handed_in_on__isnull=False, received_by__isnull=False)),
                name="commitment_item_says_who_took_it_when",
                violation_error_message=_("补交的材料须有日期和收件人"),
            ),
        )

    def __str__(self) -> str:
        return self.group.label

    @property
    def group(self) -> MaterialGroup:
        return MaterialGroup(
            one_of=tuple(Material.of(code) for code in self.one_of),
            originals=self.originals,
            copies=self.copies,
            note=self.note,
            section=self.section,
        )

    @property
    def is_handed_in(self) -> bool:
        return bool(self.material)
