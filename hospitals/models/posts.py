"""Posts: who works where, as what."""

from typing import ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models
from django.utils.translation import gettext_lazy as _

from hospitals.access import VisibleQuerySet
from hospitals.history import tracked
from hospitals.models.areas import Area, ServiceHall
from hospitals.vocabulary import Role


@tracked()
class Post(models.Model):
    """Ties a user to a role in an area, or in one hall of it.  No post, no sight of anything."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.CASCADE, related_name="posts", verbose_name=_("人员"))
    role = models.CharField(_("岗位"), max_length=12, choices=Role.choices())
    area = models.ForeignKey(Area, models.PROTECT, related_name="posts", verbose_name=_("统筹区"))
    hall = models.ForeignKey(
        ServiceHall,
        models.PROTECT,
        null=True,
        blank=True,
        related_name="posts",
        verbose_name=_("窗口"),
        help_text=_("留空表示全统筹区"),
    )

    objects: ClassVar[VisibleQuerySet["Post"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]

    class Meta:
        verbose_name = verbose_name_plural = _("岗位")
        ordering = ("user", "area", "role")
        constraints = (
            models.UniqueConstraint(
                fields=["user", "role", "area", "hall"],
                nulls_distinct=False,
                name="one_post_of_a_kind",
                violation_error_message=_("该人员已有此岗位"),
            ),
        )

    def __str__(self) -> str:
        return f"{self.hall or self.area} · {self.get_role_display()}"

    def clean(self) -> None:
        if self.hall and self.hall.area_id != self.area_id:
            raise ValidationError({"hall": _("窗口不属于所选统筹区")})
