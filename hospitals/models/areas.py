"""Areas (GB/T 2260) and the halls where agencies receive people."""

from typing import ClassVar

from django.db import models
from django.utils.translation import gettext_lazy as _

from hospitals.access import DirectoryQuerySet
from hospitals.history import tracked
from hospitals.vocabulary import AreaKind


class AreaQuerySet(models.QuerySet["Area"]):
    def pools(self) -> "AreaQuerySet":
        """Pooling areas (统筹区): cities, and the province-level municipalities."""
        return self.filter(is_pool=True)


class Area(models.Model):
    """A province, city or county; its six-digit code is its key everywhere."""

    code = models.CharField(_("行政区划代码"), max_length=6, primary_key=True)
    name = models.CharField(_("名称"), max_length=60)
    full_name = models.CharField(_("全称"), max_length=120)
    kind = models.CharField(_("级别"), max_length=8, choices=AreaKind.choices())
    parent = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="children", verbose_name=_("上级")
    )
    is_pool = models.BooleanField(_("统筹区"), default=False)
    is_served = models.BooleanField(_("可备案"), default=True, help_text=_("港澳台地区不在异地就医范围内"))

    objects: ClassVar[AreaQuerySet] = AreaQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = verbose_name_plural = _("行政区划")
        ordering = ("code",)
        indexes = (models.Index(fields=["parent", "code"], name="area_by_parent"),)

    def __str__(self) -> str:
        return self.full_name


@tracked()
class ServiceHall(models.Model):
    """A window, hotline or centre of an agency, as its document prints it."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="halls", verbose_name=_("统筹区"))
    county = models.ForeignKey(
        Area, models.PROTECT, null=True, blank=True, related_name="county_halls", verbose_name=_("县（市、区）")
    )
    district = models.CharField(_("所辖"), max_length=30, help_text=_("文件所印名称，如“高新区”“市直”"))
    name = models.CharField(_("名称"), max_length=80)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    phone = models.CharField(_("电话"), max_length=40, blank=True)
    hotline = models.CharField(_("热线"), max_length=40, blank=True)
    position = models.PositiveSmallIntegerField(_("次序"), default=0)
    source = models.CharField(_("出处"), max_length=200)

    objects: ClassVar[DirectoryQuerySet["ServiceHall"]] = DirectoryQuerySet.as_manager()  # type: ignore[assignment]
    hall_path = "pk"

    class Meta:
        verbose_name = verbose_name_plural = _("经办窗口")
        ordering = ("area", "position", "id")
        constraints = (
            models.UniqueConstraint(
                fields=["area", "name"], name="one_hall_a_name", violation_error_message=_("该统筹区已有同名窗口")
            ),
        )

    def __str__(self) -> str:
        return self.name
