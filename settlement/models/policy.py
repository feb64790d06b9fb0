"""Benefit policies: one version of an area's benefit tables and its rows."""

from django.utils.translation import gettext_lazy as _

from hospitals.history import tracked
from hospitals.models import DatedPolicy


@tracked(exclude=("period",))
class BenefitPolicy(DatedPolicy):
    class Meta(DatedPolicy.Meta):
        verbose_name = verbose_name_plural = _("待遇政策")
