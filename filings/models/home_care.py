"""Proof that lets somebody filed for elsewhere be treated at home as well."""

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from filings.models.filing import Filing
from filings.models.people import InsuredPerson
from filings.models.policy_rows import codes_field
from filings.vocabulary import Material
from hospitals.access import Right, VisibleQuerySet
from hospitals.history import tracked
from hospitals.models import Area


@tracked()
class HomeCareProof(models.Model):
    """Handed in once; it holds as long as the filing is in effect.  materials: codes of what was seen."""

    area = models.ForeignKey(Area, models.PROTECT, related_name="+", db_index=False, verbose_name=_("参保地"))
    person = models.ForeignKey(InsuredPerson, models.PROTECT, related_name="home_care_proofs", verbose_name=_("参保人"))
    filing = models.OneToOneField(
        Filing,
        models.PROTECT,
        related_name="home_care_proof",
        verbose_name=_("备案"),
        error_messages={"unique": _("该备案已提交回参保地就医证明")},
    )
    materials = codes_field(_("材料"), Material)
    handed_in_on = models.DateField(_("提交日期"))
    note = models.CharField(_("备注"), max_length=200, blank=True)
    made_by = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT, related_name="+", verbose_name=_("经办人"))
    made_at = models.DateTimeField(_("登记时间"), auto_now_add=True)

    objects: ClassVar[VisibleQuerySet["HomeCareProof"]] = VisibleQuerySet.as_manager()  # type: ignore[assignment]
    seen_with = Right.SEE_FILINGS
    hall_path = "filing__hall"

    class Meta:
        verbose_name = verbose_name_plural = _("回参保地就医证明")
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                condition=Q(materials__len__gt=0),
                name="home_care_proof_shows_something",
                violation_error_message=_("至少登记一种证明材料"),
            ),
        )

    def __str__(self) -> str:
        return self.material_names

    @property
    def material_names(self) -> str:
        return "、".join(Material.name_of(code) for code in self.materials)
