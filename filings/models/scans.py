"""Scans of the materials that people hand in.  The files lie in the default storage, out of the web server's reach."""

from typing import ClassVar

import pgtrigger
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from filings.models.filing import Filing
from filings.models.people import InsuredPerson
from filings.vocabulary import Material
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area, ServiceHall


class ScanQuerySet(VisibleQuerySet["Scan"]):
    def kept(self) -> "ScanQuerySet":
        return self.filter(removed_at=None)


@tracked()
class Scan(models.Model):
    """A scanned file.  Nothing of it is ever changed; one taken off the case is marked so and shown no more."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    hall = models.ForeignKey(
        ServiceHall, models.PROTECT, null=True, blank=True, related_name="+", db_index=False, verbose_name=_("受理窗口")
    )
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="scans", verbose_name=_("参保人"))
    filing = models.ForeignKey(
        Filing, models.PROTECT, null=True, blank=True, related_name="scans", db_index=False, verbose_name=_("备案")
    )
    material = models.CharField(_("材料"), max_length=30, choices=Material.choices())
    file_name = models.CharField(_("文件"), max_length=100)
    content_type = models.CharField(_("格式"), max_length=30)
    size = models.PositiveIntegerField(_("大小（字节）"))
    sha256 = models.CharField(_("文件摘要"), max_length=64)
    stored_name = models.CharField(max_length=100, unique=True, editable=False)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("上传人"))
    made_at = models.DateTimeField(_("上传时间"), auto_now_add=True)
    removed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("移除人")
    )
    removed_at = models.DateTimeField(_("移除时间"), null=True, blank=True)
    removal_reason = models.CharField(_("移除理由"), max_length=300, blank=True)

    objects: ClassVar[ScanQuerySet] = ScanQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.REVEAL_ID  # a scan shows whole id numbers
    hall_path = "hall"

    class Meta:
        verbose_name = verbose_name_plural = _("扫描件")
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=["filing", "sha256"],
                condition=Q(removed_at=None),
                name="one_scan_a_file",
                violation_error_message=_("本件已有相同的扫描件"),
            ),
            models.CheckConstraint(
                condition=Q(removed_at=None, removed_by=None, removal_reason="")
                | (Q(removed_at__isnull=False, removed_by__isnull=False) & ~Q(removal_reason="")),
                name="scan_removal_says_who_when_why",
                violation_error_message=_("移除扫描件须有经办人、时间和理由"),
            ),
        )
        indexes = (models.Index(fields=["filing", "id"], name="scan_by_filing"),)
        triggers = (
            pgtrigger.Protect(name="scan_stays", operation=pgtrigger.Delete),
            pgtrigger.ReadOnly(name="scan_is_as_it_was", exclude=["removed_by", "removed_at", "removal_reason"]),
        )

    def __str__(self) -> str:
        return f"{self.get_material_display()}（{self.file_name}）"

    def get_absolute_url(self) -> str:
        return reverse("scan", args=[self.pk])
