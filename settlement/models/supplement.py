"""What a person was told, once and all at once, to hand in; and what came of it."""

from typing import Any, ClassVar

import pgtrigger
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from filings.assessment.rules import MaterialGroup
from filings.vocabulary import Material
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from settlement.models.claim import Claim

TOLD = "told_stays_told"


def _told(*answered: str) -> tuple[Any, ...]:
    """Triggers: what was told never changes; only what came of it is written."""
    return (
        pgtrigger.Protect(name="told_once", operation=pgtrigger.Delete),
        pgtrigger.ReadOnly(name=TOLD, exclude=["id", *answered]),
    )


@tracked()
class SupplementNotice(models.Model):
    """The one notice of a claim (一次性告知)."""

    claim = models.OneToOneField(Claim, models.PROTECT, related_name="notice", verbose_name=_("报销件"))
    words = models.CharField(_("说明"), max_length=300)
    days_left = models.SmallIntegerField(
        _("告知时剩余工作日"), null=True, blank=True, help_text=_("空为未配置时限；负数为已超期")
    )
    issued_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("告知人"))
    issued_at = models.DateTimeField(_("告知时间"), default=timezone.now)
    answered_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("收件人")
    )
    answered_at = models.DateTimeField(_("补正时间"), null=True, blank=True)
    without = models.CharField(_("未补齐的原因"), max_length=300, blank=True)

    objects: ClassVar[VisibleQuerySet["SupplementNotice"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_CLAIMS
    area_path = "claim__area"
    hall_path = "claim__hall"

    class Meta:
        verbose_name = verbose_name_plural = _("补正告知")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(answered_by=None, answered_at=None, without="")
                | Q(answered_by__isnull=False, answered_at__isnull=False),
                name="supplement_answered_says_who_when",
                violation_error_message=_("补正须有收件人和时间"),
            ),
        )
        triggers = _told("answered_by", "answered_at", "without")

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """BZ + day + the claim's serial number."""
        return f"BZ{timezone.localdate(self.issued_at):%Y%m%d}{self.claim_id:08d}"

    @property
    def missing(self) -> list["SupplementItem"]:
        return [item for item in self.items.all() if not item.is_in]


@tracked()
class SupplementItem(models.Model):
    """Something that was missing: one of these materials, or what the words say; and what was handed in for it."""

    notice = models.ForeignKey(SupplementNotice, models.PROTECT, related_name="items", verbose_name=_("补正告知"))
    one_of = ArrayField(
        models.CharField(max_length=30, choices=Material.choices()),
        default=list,
        blank=True,
        verbose_name=_("材料（有其一即可）"),
    )
    words = models.CharField(_("说明"), max_length=200, blank=True)
    originals = models.PositiveSmallIntegerField(_("应交原件份数"), null=True, blank=True)
    copies = models.PositiveSmallIntegerField(_("应交复印件份数"), null=True, blank=True)
    condition = models.CharField(_("何时需要"), max_length=100, blank=True)
    source = models.CharField(_("依据"), max_length=300, blank=True)
    material = models.CharField(_("补交的材料"), max_length=30, choices=Material.choices(), blank=True)
    seen_originals = models.PositiveSmallIntegerField(_("收到原件份数"), default=0)
    seen_copies = models.PositiveSmallIntegerField(_("收到复印件份数"), default=0)
    is_absent = models.BooleanField(_("经核无此材料"), default=False)
    handed_in_on = models.DateField(_("补交日期"), null=True, blank=True)

    class Meta:
        verbose_name = verbose_name_plural = _("须补正的材料")
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(one_of__len__gt=0) | ~Q(words=""),
                name="supplement_item_says_what",
                violation_error_message=_("至少列出一种材料，或写明须补正的内容"),
            ),
            models.CheckConstraint(
                condition=Q(handed_in_on__isnull=False)
                | Q(material="", seen_originals=0, seen_copies=0, is_absent=False),
                name="supplement_item_in_has_a_day",
                violation_error_message=_("补交的材料须有日期"),
            ),
        )
        triggers = _told("material", "seen_originals", "seen_copies", "is_absent", "handed_in_on")

    def __str__(self) -> str:
        return self.group.label if self.one_of else self.words

    @property
    def group(self) -> MaterialGroup:
        return MaterialGroup(
            one_of=tuple(Material.of(code) for code in self.one_of),
            originals=self.originals,
            copies=self.copies,
            note=self.words,
            condition=self.condition,
        )

    @property
    def is_in(self) -> bool:
        return self.handed_in_on is not None
