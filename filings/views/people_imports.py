"""Importing a list of people: upload, preview, confirm; who imported what."""

from typing import Any

from django.db.models import QuerySet
from django.utils import timezone

from filings import tasks
from filings.filters import PeopleImportFilter
from filings.forms.people_lists import PeopleListForm
from filings.models import PeopleListImport
from filings.people_lists import verbs
from filings.people_lists.shown import page_of
from hospitals.access import Right, StaffRequest, User, reach_of
from hospitals.listing import ListPage
from hospitals.views.import_pages import IMPORT_COLUMNS, ImportPages


class PeopleImportPages(ImportPages):
    model = PeopleListImport
    name = "people"
    right = Right.KEEP_PEOPLE
    verbs = verbs
    apply_job = tasks.apply_people
    form = PeopleListForm
    title = "导入参保人员"
    hint = (
        "参保人按证件号码识别。名单没有的列、没有填写的单元格，都不改动登记；名单没有列入的人也不受影响。"
        "上传后先看预览，确认后才写入。"
    )
    subject = "姓名"
    left_alone = "参保登记"
    template = "filings/people_import.html"

    def may_import(self, user: User) -> bool:
        """A list is the whole area's, so a post at one hall is not enough."""
        return bool(reach_of(user).areas.get(Right.KEEP_PEOPLE))

    def take_in(self, request: StaffRequest, form: PeopleListForm, data: bytes) -> PeopleListImport:
        given = form.cleaned_data
        return verbs.upload(data=data, file_name=given["file"].name, area=given["area"], by=request.user)

    def preview_later(self, found: PeopleListImport) -> None:
        tasks.preview_people.defer(list_import=found.pk, on=timezone.localdate().isoformat())

    def preview_now(self, request: StaffRequest, found: PeopleListImport) -> None:
        verbs.preview(list_import=found, by=request.user, on=timezone.localdate())

    def rows_of(self, found: PeopleListImport, action: str, after: int) -> tuple[list[Any], int]:
        return page_of(found, action, after)


PAGES = PeopleImportPages()


class PeopleImports(ListPage):
    model = PeopleListImport
    title = "参保人员导入"
    right = Right.KEEP_PEOPLE
    filterset_class = PeopleImportFilter
    template_name = "filings/people_imports.html"
    empty_text = "还没有导入过参保人员"
    columns = IMPORT_COLUMNS

    def queryset(self) -> QuerySet[PeopleListImport]:
        return PAGES.queryset()

    def extra_context(self) -> dict[str, Any]:
        return {"may_import": PAGES.may_import(self.request.user)}
