"""Lists: filtered, sorted, paged by key and exported the same way everywhere.

Pages follow the sort key instead of counting rows to skip, and the total is counted up to a bound, so that a list of a
million rows opens as fast as one of a thousand.
"""

import datetime as dt
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import django_filters
from django.core import signing
from django.db.models import BooleanField, F, Func, QuerySet, Value
from django.forms import BaseForm
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import render
from django.utils.cache import patch_vary_headers
from django.utils.html import format_html
from django.utils.http import urlencode
from django.utils.safestring import SafeString
from django.views.generic import View

from hospitals.access import Right, reach_of, require
from hospitals.exports import FORMATS, export

PAGE_SIZE = 50
COUNT_BOUND = 1000
EXPORT_CHUNK = 2000


@dataclass(frozen=True, slots=True)
class Column:
    """One column.  value: what it shows of a row.  sort: the non-null field it sorts by.  link: where it leads."""

    label: str
    value: Callable[[Any], Any]
    sort: str = ""
    link: Callable[[Any], str] | None = None
    kind: str = ""  # css class: "number", "date", "badge", "wide"
    exported: Callable[[Any], Any] | None = None


@dataclass(slots=True)
class Page:
    """What the list template shows."""

    rows: list[tuple[Any, list[tuple[Column, Any, str]]]]
    previous: str = ""
    next: str = ""
    count: int = 0
    is_bounded: bool = False
    headings: list[tuple[Column, str, str]] = field(default_factory=list)  # column, link, "up"/"down"/""


class ListPage(View):
    """A list of a model.  Subclasses name the model's parts; `visible_to` is applied here and cannot be forgotten."""

    model: Any
    title: str
    right: Right
    columns: tuple[Column, ...]
    filterset_class: type[django_filters.FilterSet]
    ordering = "-pk"
    template_name = "list.html"
    empty_text = "没有符合条件的记录"
    exportable = True

    def queryset(self) -> QuerySet[Any]:
        """The rows with what the columns need joined in; visibility is added afterwards."""
        return self.model._default_manager.all()

    def extra_context(self) -> dict[str, Any]:
        return {}

    def get(self, request: HttpRequest) -> HttpResponseBase:
        require(request.user, self.right)
        filterset = self.filterset_class(request.GET, queryset=self.queryset(), request=request)
        found: Any = filterset.qs if filterset.is_valid() else self.queryset().none()
        rows, parts = found.visible_to(request.user, self.right), found.visible_parts(request.user, self.right)
        kind = request.GET.get("export", "")
        may_export = self.exportable and reach_of(request.user).has(Right.EXPORT)
        if kind in FORMATS:
            require(request.user, Right.EXPORT)
            return self.export(kind, self.exported_rows(rows))
        context = {
            "list": self,
            "filterset": filterset,
            "page": self.page(rows, parts, request),
            "export_links": self.export_links(request) if may_export else [],
            **self.extra_context(),
        }
        template = "components/list.html" if request.htmx.target == "list" else self.template_name  # type: ignore[attr-defined]
        response = render(request, template, context)
        patch_vary_headers(response, ["HX-Target"])
        return response

    # paging

    def sort_field(self, request: HttpRequest) -> str:
        wanted = request.GET.get("sort", "")
        known = {column.sort for column in self.columns if column.sort}
        return wanted if wanted.lstrip("-") in known else self.ordering

    def page(self, rows: QuerySet[Any], parts: list[QuerySet[Any]], request: HttpRequest) -> Page:
        """One page.  rows: all that may be seen; parts: the same, each of which an index gives in order."""
        sort = self.sort_field(request)
        name, descending = sort.lstrip("-"), sort.startswith("-")
        backwards = "before" in request.GET
        cursor = _read_cursor(request.GET.get("before") or request.GET.get("after") or "", name)
        count = len(rows.order_by().values_list("pk")[: COUNT_BOUND + 1])
        if cursor:
            parts = [_beyond(part, name, cursor, descending != backwards) for part in parts]
        order = [f"-{key}" if descending != backwards else key for key in dict.fromkeys([name, "pk"])]
        found = first_of(parts, order, PAGE_SIZE + 1, self.queryset())
        more, found = len(found) > PAGE_SIZE, found[:PAGE_SIZE]
        if backwards:
            found.reverse()
        page = Page(
            rows=[(row, [self.cell(column, row) for column in self.columns]) for row in found],
            count=min(count, COUNT_BOUND),
            is_bounded=count > COUNT_BOUND,
            headings=[self.heading(column, sort, request) for column in self.columns],
        )
        if found and (more or backwards):
            page.next = self.link(request, after=_cursor(found[-1], name))
        if found and cursor and (more or not backwards):
            page.previous = self.link(request, before=_cursor(found[0], name))
        return page

    def cell(self, column: Column, row: Any) -> tuple[Column, Any, str]:
        value = column.value(row)
        if isinstance(value, dt.date):
            value = f"{value:%Y-%m-%d}"
        return column, value, column.link(row) if column.link else ""

    def heading(self, column: Column, sort: str, request: HttpRequest) -> tuple[Column, str, str]:
        if not column.sort:
            return column, "", ""
        turned = f"-{column.sort}" if sort == column.sort else column.sort
        arrow = {column.sort: "up", f"-{column.sort}": "down"}.get(sort, "")
        return column, self.link(request, sort=turned), arrow

    def link(self, request: HttpRequest, **changes: str) -> str:
        kept: dict[str, str] = {
            key: str(value) for key, value in request.GET.items() if key not in ("after", "before", "export") and value
        }
        return "?" + urlencode(kept | changes)

    # export

    def export_links(self, request: HttpRequest) -> list[tuple[str, str]]:
        return [(label, self.link(request, export=kind)) for kind, label in FORMATS.items()]

    def exported_rows(self, rows: QuerySet[Any]) -> QuerySet[Any]:
        return rows.visible_to(self.request.user, Right.EXPORT)  # type: ignore[attr-defined]

    def export(self, kind: str, rows: QuerySet[Any]) -> HttpResponseBase:
        """Columns without a label hold what is done with a row, and stay on the page."""
        columns = [column for column in self.columns if column.label]

        def lines() -> Iterator[list[Any]]:
            for row in rows.order_by(self.ordering).iterator(chunk_size=EXPORT_CHUNK):
                yield [(column.exported or column.value)(row) for column in columns]

        return export(kind, str(self.title), [column.label for column in columns], lines())


def first_of(parts: list[Any], order: list[str], size: int, rows: Any) -> list[Any]:
    """The first rows of all parts together: the head of each from an index, the first of those, then the rows.

    rows: with what they are shown with joined in; parts: of its `visible_parts`.  order: fields, the primary key last.
    """
    parts = [part for part in parts if not part.query.is_empty()]  # a union of nothing cannot be put in order
    if len(parts) < 2:
        return [row for part in parts for row in part.order_by(*order)[:size]]
    names = [key.lstrip("-") for key in order]
    heads = [part.order_by(*order).values_list(*names)[:size] for part in parts]
    keys = [key[-1] for key in heads[0].union(*heads[1:]).order_by(*order)[:size]]
    found = rows.in_bulk(keys)
    return [found[key] for key in keys]


def badge(label: str, tone: str = "") -> SafeString:
    """A word in a coloured box.  tone: good, warn, bad or none."""
    return format_html('<span class="badge {}">{}</span>', tone, label)


def _cursor(row: Any, name: str) -> str:
    value = getattr(row, name)
    if isinstance(value, (dt.date, dt.datetime)):
        value = value.isoformat()
    elif isinstance(value, Decimal):
        value = str(value)
    return signing.dumps([name, value, row.pk], salt="list")


def _read_cursor(text: str, name: str) -> tuple[Any, Any] | None:
    """Where a page begins; a cursor that was tampered with, or made for another order, starts the list anew."""
    try:
        made_for, value, pk = signing.loads(text, salt="list")
    except (signing.BadSignature, ValueError):
        return None
    return (value, pk) if made_for == name else None


def _beyond(part: QuerySet[Any], name: str, cursor: tuple[Any, Any], smaller: bool) -> QuerySet[Any]:
    value, pk = cursor
    if name == "pk":
        return part.filter(**{"pk__lt" if smaller else "pk__gt": pk})
    given = Value(value, output_field=part.model._meta.get_field(name))
    return part.filter(_Row(F(name), F("pk"), given, Value(pk), template=ROW_BEFORE if smaller else ROW_AFTER))


class _Row(Func):
    """Two columns compared as one, as an index of both is read from there on, however many rows share the first."""

    arity = 4
    output_field = BooleanField()

    def as_sql(self, compiler: Any, connection: Any, *_said: Any, **_more: Any) -> Any:
        parts, values = zip(*map(compiler.compile, self.get_source_expressions()), strict=True)
        return self.extra["template"].format(*parts), [value for given in values for value in given]


ROW_BEFORE, ROW_AFTER = "({}, {}) < ({}, {})", "({}, {}) > ({}, {})"


def _focus(form: BaseForm) -> None:
    """Unless the form says itself where one begins."""
    widgets = [field.field.widget for field in form.visible_fields()]
    if widgets and not any("autofocus" in widget.attrs for widget in widgets):
        widgets[0].attrs["autofocus"] = True


def form_page(request: HttpRequest, template: str, context: dict[str, Any], *, status: int = 200) -> HttpResponse:
    """A page with a form, the focus in its first box; 422 where it came back with faults, so that programs see it."""
    form = context.get("form")
    if form is not None:
        _focus(form)
    if request.method == "POST" and form is not None and not form.is_valid():
        status = 422
    return render(request, template, context, status=status)
