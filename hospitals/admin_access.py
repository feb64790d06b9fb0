"""Django admin behind the same door as the pages: a supervisor sees and changes what their posts cover."""

from collections.abc import Callable
from typing import Any

from django.contrib import admin
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse

from hospitals.access import Right, reach_of
from hospitals.history import entries
from hospitals.history_context import history_context
from hospitals.models import Area


class VisibleAdmin(admin.ModelAdmin):
    """Rows through `visible_to`; rights from posts; nothing is ever deleted; history from the event tables.

    see_right, change_right: which right shows and which changes; None: nobody changes it here.
    """

    see_right: Right
    change_right: Right | None = None
    area_field = "area"
    list_per_page = 50
    show_full_result_count = False
    save_on_top = False

    def get_queryset(self, request: HttpRequest) -> QuerySet[Any]:
        rows: Any = super().get_queryset(request)
        return rows.visible_to(request.user, self.see_right)

    def has_module_permission(self, request: HttpRequest) -> bool:
        return reach_of(request.user).has(self.see_right)

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reach_of(request.user).has(self.see_right)

    def has_add_permission(self, request: HttpRequest) -> bool:
        return self.change_right is not None and reach_of(request.user).has(self.change_right)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        if self.change_right is None:
            return False
        reach = reach_of(request.user)
        return reach.has(self.change_right) if obj is None else self.change_right_covers(reach, obj)

    def change_right_covers(self, reach: Any, obj: Any) -> bool:
        return self.change_right is not None and reach.covers(self.change_right, getattr(obj, f"{self.area_field}_id"))

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def formfield_for_foreignkey(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Own areas only, wherever a home area is chosen."""
        if db_field.name == self.area_field and db_field.related_model is Area and self.change_right:
            kwargs["queryset"] = Area.objects.filter(pk__in=reach_of(request.user).areas_of(self.change_right))
        return super().formfield_for_foreignkey(db_field, request, **kwargs)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        """The saved row must lie inside the user's reach, whatever was posted."""
        if not self.change_right_covers(reach_of(request.user), obj):
            raise PermissionDenied("不在您的管辖范围内")
        with history_context(action="后台修改" if change else "后台登记"):
            super().save_model(request, obj, form, change)

    def history_view(
        self, request: HttpRequest, object_id: str, extra_context: dict[str, Any] | None = None
    ) -> HttpResponse:
        obj = self.get_object(request, object_id)
        if obj is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined]
        context = {
            **self.admin_site.each_context(request),
            "title": f"办理记录：{obj}",
            "history": entries(obj),
            "object": obj,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/record_history.html", context)


class ReadOnlyRows(admin.TabularInline):
    """What belongs to a record, below it."""

    extra = 0
    can_delete = False

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return True  # the record came through the door

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    has_change_permission = has_add_permission


def numbered(label: Any) -> Callable[[Any, Any], str]:
    """The column of a record's own number."""

    @admin.display(description=label)
    def number(self: Any, record: Any) -> str:
        return str(record.number)

    return number
