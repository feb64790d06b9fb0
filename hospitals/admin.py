"""Staff, posts and halls in Django admin.  Hospitals have a module of their own (hospitals/hospital_admin.py)."""

from typing import Any

from django.contrib import admin
from django.contrib.auth.admin import UserAdmin
from django.contrib.auth.models import Group, User
from django.core.exceptions import PermissionDenied
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html
from procrastinate.contrib.django import admin as procrastinate_admin  # noqa: F401 - registered before it is removed
from procrastinate.contrib.django.models import ProcrastinateJob

from hospitals import hospital_admin  # noqa: F401 - registers hospitals
from hospitals.access import PORTAL, Right, reach_of
from hospitals.admin_access import VisibleAdmin
from hospitals.models import Area, Post, ServiceHall

admin.site.unregister(Group)
admin.site.unregister(User)
if admin.site.is_registered(ProcrastinateJob):
    admin.site.unregister(ProcrastinateJob)


class PostInline(admin.TabularInline):
    model = Post
    extra = 1

    def get_queryset(self, request: HttpRequest) -> QuerySet[Post]:
        rows: Any = super().get_queryset(request).select_related("area", "hall")
        return rows if request.user.is_superuser else rows.visible_to(request.user, Right.KEEP_POSTS)

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        if not request.user.is_superuser:
            areas = reach_of(request.user).areas.get(Right.KEEP_POSTS, set())
            own = {"area": Area.objects.filter(pk__in=areas), "hall": ServiceHall.objects.filter(area__in=areas)}
            kwargs["queryset"] = own.get(db_field.name, kwargs.get("queryset"))
        elif db_field.name == "area":
            kwargs["queryset"] = Area.objects.pools()
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def has_permission_to_keep(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser or reach_of(request.user).has(Right.KEEP_POSTS)

    has_view_permission = has_add_permission = has_change_permission = has_delete_permission = has_permission_to_keep


@admin.register(User)
class StaffAdmin(UserAdmin):
    """Staff and their posts.  A supervisor keeps the people of their own areas; only a superuser makes superusers."""

    inlines = (PostInline,)
    list_display = ("username", "last_name", "first_name", "is_active", "last_login")
    list_filter = ("is_active",)
    show_full_result_count = False
    fieldsets = (
        (None, {"fields": ("username", "new_password")}),
        ("姓名", {"fields": ("last_name", "first_name")}),
        ("状态", {"fields": ("is_active",)}),
    )
    add_fieldsets = ((None, {"fields": ("username", "usable_password", "password1", "password2")}),)
    filter_horizontal = ()
    readonly_fields = ("new_password",)

    @admin.display(description="密码")
    def new_password(self, member: User) -> str:
        return format_html('<a href="../password/">{}</a>', "重设密码")

    def get_queryset(self, request: HttpRequest) -> QuerySet[User]:
        rows = super().get_queryset(request).exclude(username=PORTAL)
        if request.user.is_superuser:
            return rows
        areas = sorted(reach_of(request.user).areas.get(Right.KEEP_POSTS, set()))
        posts = Post.objects.filter(user=OuterRef("pk"))
        mine, elsewhere = Exists(posts.filter(area__in=areas)), Exists(posts.exclude(area__in=areas))
        return rows.filter(Q(mine) | ~Q(Exists(posts)), ~Q(elsewhere), is_superuser=False)

    def may_keep(self, request: HttpRequest, obj: Any = None) -> bool:
        return request.user.is_superuser or bool(reach_of(request.user).areas.get(Right.KEEP_POSTS))

    has_view_permission = has_add_permission = has_change_permission = may_keep

    def has_module_permission(self, request: HttpRequest) -> bool:
        return self.may_keep(request)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if obj.is_superuser and not request.user.is_superuser:
            raise PermissionDenied("不在您的管辖范围内")
        super().save_model(request, obj, form, change)


@admin.register(ServiceHall)
class ServiceHallAdmin(VisibleAdmin):
    see_right = Right.SEE_DIRECTORY
    change_right = Right.KEEP_DIRECTORY
    list_display = ("name", "area", "district", "address", "phone", "hotline")
    list_select_related = ("area",)
    list_filter = (("area", admin.RelatedOnlyFieldListFilter),)
    search_fields = ("name", "district", "address", "phone", "hotline")
    autocomplete_fields = ()
    raw_id_fields = ("county",)
