"""Django admin for supervisors: entered by post, not by flag alone."""

from django.contrib.admin import AdminSite
from django.http import HttpRequest

from hospitals.access import Right, reach_of


class PortalSite(AdminSite):
    site_header = "异地就医经办 · 管理后台"
    site_title = "异地就医经办"
    index_title = "管理后台"
    enable_nav_sidebar = True

    def has_permission(self, request: HttpRequest) -> bool:
        user = request.user
        return user.is_active and (getattr(user, "is_superuser", False) or reach_of(user).has(Right.KEEP_POLICIES))
