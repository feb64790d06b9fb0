"""A case that somebody has taken for themself, so that two reviewers do not work on one."""

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _


class Taken(models.Model):
    """Columns of a case under review.  Who has taken it decides it; a supervisor may release it."""

    taken_by = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("领取人"),
    )
    taken_at = models.DateTimeField(_("领取时间"), null=True, blank=True, editable=False)

    class Meta:
        abstract = True
