"""A claim held at the counter while it is worked on."""

from django.contrib.auth.models import User
from django.utils.translation import gettext as _

from hospitals.access import Right, reach_of
from hospitals.reasons import Refused
from settlement.models import Claim


def require_right(claim: Claim, by: User) -> None:
    """Raises Refused."""
    if not reach_of(by).covers(Right.ACCEPT_CLAIMS, claim.area_id, claim.hall_id):
        raise Refused.because("no_right", _("您没有“%s”的权限") % Right.ACCEPT_CLAIMS.label)


def lock_at_counter(claim: Claim, by: User, version: int) -> Claim:
    """The row, locked, one version on.  Raises Refused; where it was changed meanwhile or has left the counter, too."""
    locked: Claim = Claim.objects.select_for_update(no_key=True).get(pk=claim.pk)
    require_right(locked, by)
    if locked.version != version:
        raise Refused.because("changed_meanwhile", _("此件刚刚被他人改动，请核对后再办理"))
    if not locked.is_editable:
        raise Refused.because("wrong_state", _("当前状态为“%s”，不能修改") % locked.get_status_display())
    refuse_reviewer(locked, by)
    locked.version += 1
    return locked


def refuse_reviewer(claim: Claim, by: User) -> None:
    """Whoever has reviewed a claim does not enter anything of it while their word stands.  Raises Refused."""
    if by.pk in (claim.reviewed_by_id, claim.confirmed_by_id):
        raise Refused.because("same_person", _("录入须由审核过此件以外的人员办理"))
