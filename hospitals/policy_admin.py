"""Policies in Django admin: tables while they are drafts, proposed by one and published by another, then read-only and
superseded by a new version."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django import forms
from django.contrib import admin, messages
from django.core.exceptions import PermissionDenied
from django.db import models
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.urls import URLPattern, path
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from hospitals.access import Right, reach_of
from hospitals.admin_access import VisibleAdmin
from hospitals.history import doing
from hospitals.history_context import history_context
from hospitals.models import DatedPolicy
from hospitals.reasons import Refused


def may_keep(request: HttpRequest, policy: DatedPolicy | None) -> bool:
    """Whether the user may change this policy; None: any at all.  One that is no draft nobody may."""
    reach = reach_of(request.user)
    if policy is None:
        return reach.has(Right.KEEP_POLICIES)
    return policy.is_draft and reach.covers(Right.KEEP_POLICIES, policy.area_id)


class PolicyRows(admin.TabularInline):
    """Rows of a policy: seen and kept as the policy is."""

    extra = 0
    formfield_overrides = {models.CharField: {"widget": forms.TextInput(attrs={"size": 12})}}

    def has_view_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return reach_of(request.user).has(Right.SEE_POLICIES)

    def has_add_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_keep(request, obj)

    has_change_permission = has_delete_permission = has_add_permission


class NextVersionForm(forms.Form):
    starts_on = forms.DateField(label=_("施行日期"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))


class ReasonForm(forms.Form):
    reason = forms.CharField(label=_("原因"), max_length=200)


class PolicyAdmin(VisibleAdmin):
    """A subclass names its inlines."""

    see_right = Right.SEE_POLICIES
    change_right = Right.KEEP_POLICIES
    change_form_template = "admin/policy.html"
    list_display = ("area", "version", "status", "starts_on", "starts_assumed", "ends_on", "document")
    list_display_links = ("area", "version")
    list_filter = ("status", ("area", admin.RelatedOnlyFieldListFilter))
    list_select_related = ("area",)
    readonly_fields = (
        *("version", "status", "ends_on"),
        *("proposed_by", "proposed_at", "published_by", "published_at"),
    )

    def get_fields(self, request: HttpRequest, obj: Any = None) -> list[Any]:
        known = ("area", "version", "status", "starts_on", "starts_assumed", "ends_on", "document", "note")
        own = [name for name in super().get_fields(request, obj) if name not in (*known, *self.readonly_fields)]
        return [*known, *own, "proposed_by", "proposed_at", "published_by", "published_at"]

    def get_readonly_fields(self, request: HttpRequest, obj: Any = None) -> tuple[str, ...]:
        return (*self.readonly_fields, "area") if obj else tuple(self.readonly_fields)

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return may_keep(request, obj)

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return obj is not None and may_keep(request, obj)

    def save_model(self, request: HttpRequest, obj: Any, form: Any, change: bool) -> None:
        if not change:
            versions = self.model._default_manager.filter(area=obj.area_id)
            obj.version = (versions.aggregate(newest=Max("version"))["newest"] or 0) + 1
        super().save_model(request, obj, form, change)

    def get_urls(self) -> list[URLPattern]:
        steps = (
            *(("propose", self.propose_view), ("give-back", self.give_back_view)),
            *(("publish", self.publish_view), ("next", self.next_version_view)),
        )
        name = f"{self.opts.app_label}_{self.opts.model_name}"
        own = [
            path(f"<int:pk>/{step}/", self.admin_site.admin_view(view), name=f"{name}_{step}") for step, view in steps
        ]
        return own + super().get_urls()

    def propose_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks once more, then hands the draft to another person."""
        policy = self._own(request, pk)
        if request.method != "POST":
            text = _("提交后不能再修改，须由另一人核对并发布；要改时先退回草稿。")
            return self._ask(request, policy, _("提交发布"), text)
        done = _("%(policy)s已提交，待另一人发布。") % {"policy": policy}
        return self._take(request, policy, "提交政策", lambda: policy.propose(by=request.user), done)

    def give_back_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks why, then makes it a draft again."""
        policy = self._own(request, pk)
        form = ReasonForm(request.POST or None)
        if not form.is_valid():
            return self._ask(request, policy, _("退回草稿"), _("退回后可以修改，改好再提交。"), form)
        done = _("%(policy)s已退回草稿。") % {"policy": policy}
        return self._take(request, policy, "退回政策", policy.give_back, done, reason=form.cleaned_data["reason"])

    def publish_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks once more, then publishes."""
        policy = self._own(request, pk)
        if request.method != "POST":
            text = _("发布后不能再修改，只能由新版本取代。%(day)s 起施行；在此之前施行的版本到前一天为止。")
            return self._ask(request, policy, _("发布"), text % {"day": policy.starts_on})
        done = _("%(policy)s已发布。") % {"policy": policy}
        return self._take(request, policy, "发布政策", lambda: policy.publish(by=request.user), done)

    def next_version_view(self, request: HttpRequest, pk: int) -> HttpResponse:
        """Asks from which day, then makes the draft."""
        policy = self._own(request, pk)
        form = NextVersionForm(request.POST or None, initial={"starts_on": timezone.localdate() + dt.timedelta(days=1)})
        if not form.is_valid():
            text = _("以此版本的全部内容建立草稿，修改后发布。")
            return self._ask(request, policy, _("新建版本"), text, form)
        with history_context(action="新建政策版本"):
            draft = policy.next_version(starts_on=form.cleaned_data["starts_on"])
        messages.success(request, _("已建立%(draft)s草稿。") % {"draft": draft})
        return redirect(*self._page(draft))

    def _take(
        self, request: HttpRequest, policy: DatedPolicy, action: str, step: Callable[[], None], done: str, **why: str
    ) -> HttpResponse:
        """Take a step, say what came of it, and go back to the policy's page."""
        try:
            with doing(action, by=request.user, **why):
                step()
        except Refused as refused:
            messages.error(request, str(refused))
        else:
            messages.success(request, done)
        return redirect(*self._page(policy))

    def _own(self, request: HttpRequest, pk: int) -> Any:
        policy = self.get_queryset(request).filter(pk=pk).first()
        if policy is None:
            raise Http404
        if not reach_of(request.user).covers(Right.KEEP_POLICIES, policy.area_id):
            raise PermissionDenied(_("不在您的管辖范围内"))
        return policy

    def _page(self, policy: DatedPolicy) -> tuple[str, int]:
        return f"admin:{self.opts.app_label}_{self.opts.model_name}_change", policy.pk

    def _ask(
        self, request: HttpRequest, policy: DatedPolicy, verb: Any, text: Any, form: forms.Form | None = None
    ) -> HttpResponse:
        context = {
            **self.admin_site.each_context(request),
            "title": f"{verb}：{policy}",
            "verb": verb,
            "text": text,
            "form": form,
            "object": policy,
            "opts": self.opts,
        }
        return TemplateResponse(request, "admin/policy_step.html", context)
