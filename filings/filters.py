"""Filters of the lists of people and filings."""

import re
from collections.abc import Callable
from typing import Any

import django_filters
from django.db.models import QuerySet
from django.forms import TextInput
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from filings.models import Filing, FilingChange, InpatientRegistration, InsuredPerson, PeopleListImport, RosterImport
from filings.models.change_lifecycle import ChangeStatus
from filings.models.filing import FilingStatus
from filings.models.people import matched_by
from filings.models.registrations import RegistrationStatus
from filings.models.rosters import ROSTER_STATES
from filings.vocabulary import Category, Kind
from hospitals.access import Right, reach_of
from hospitals.listing import first_of
from hospitals.models import Area
from hospitals.vocabulary import ListStatus, Scope

MOST_PEOPLE = 200
NUMBERS_ELSEWHERE = gettext_lazy("证件号码和卡号请在页首的查找框中输入，以免留在地址里")
SEARCH = TextInput(attrs={"type": "search", "autocomplete": "off", "maxlength": 60})
FILING_NUMBER = re.compile(r"BA\d{8}(\d{8,18})")
REGISTRATION_NUMBER = re.compile(r"ZY\d{8}(\d{8,18})")
CHANGE_NUMBER = re.compile(r"BG\d{8}(\d{8,18})")


def areas_of_posts(right: Right) -> Callable[[Any], QuerySet[Area]]:
    """Choices for an area filter: where the user holds the right."""

    def areas(request: Any) -> QuerySet[Area]:
        return Area.objects.filter(pk__in=reach_of(request.user).areas_of(right)) if request else Area.objects.none()

    return areas


def named_people(filterset: django_filters.FilterSet, words: str, right: Right) -> list[int]:
    """Whom a name or its initials may mean, the first of them: cases are looked up by person, and quickly for so many.

    Where there are more, the list says so (`filterset.hint`); numbers are sent to the search box, which is posted.
    """
    if matched_by(words) == "id_number":
        filterset.hint = NUMBERS_ELSEWHERE
        return []
    rows = InsuredPerson.objects.only("pk")
    parts = rows.matching(words).visible_parts(filterset.request.user, right)
    people = first_of(parts, [matched_by(words), "pk"], MOST_PEOPLE + 1, rows)
    if len(people) > MOST_PEOPLE:
        filterset.hint = _("符合的参保人超过 {count} 名，只列出其中一部分，请输入更完整的姓名").format(
            count=MOST_PEOPLE
        )
    return [person.pk for person in people[:MOST_PEOPLE]]


class PersonFilter(django_filters.FilterSet):
    words = django_filters.CharFilter(label="姓名或简拼", method="with_words", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_PEOPLE), empty_label="全部"
    )

    class Meta:
        model = InsuredPerson
        fields: list[str] = []

    def with_words(self, queryset: Any, name: str, value: str) -> Any:
        if matched_by(value) == "id_number":
            self.hint = NUMBERS_ELSEWHERE
            return queryset.none()
        return queryset.matching(value)


class FilingFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(label="备案号、姓名或简拼", method="with_text", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=FilingStatus.choices(), empty_label="全部")
    category = django_filters.ChoiceFilter(label="备案类别", choices=Category.choices(), empty_label="全部")
    scope = django_filters.ChoiceFilter(label="范围", choices=Scope.choices(), empty_label="全部")

    class Meta:
        model = Filing
        fields: list[str] = []

    def with_text(self, queryset: Any, name: str, value: str) -> Any:
        number = FILING_NUMBER.fullmatch(value.strip().upper())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=named_people(self, value, Right.SEE_FILINGS))


class RegistrationFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(label="登记号、姓名或简拼", method="with_text", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=RegistrationStatus.choices(), empty_label="全部")

    class Meta:
        model = InpatientRegistration
        fields: list[str] = []

    def with_text(self, queryset: Any, name: str, value: str) -> Any:
        number = REGISTRATION_NUMBER.fullmatch(value.strip().upper())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=named_people(self, value, Right.SEE_FILINGS))


class ReviewFilter(django_filters.FilterSet):
    """What waits for review: where, of which kind, and whose it is."""

    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    category = django_filters.ChoiceFilter(label="备案类别", choices=Category.choices(), empty_label="全部")
    taken = django_filters.ChoiceFilter(
        label="领取", choices=[("mine", "我领取的"), ("no", "未领取")], empty_label="全部", method="taken_by"
    )

    class Meta:
        model = Filing
        fields: list[str] = []

    def taken_by(self, queryset: QuerySet[Any], name: str, value: str) -> QuerySet[Any]:
        return queryset.filter(taken_by=self.request.user if value == "mine" else None)


CHANGES = [(kind.value, kind.label) for kind in (Kind.CHANGE, Kind.CANCEL)]


class WaitingChangeFilter(ReviewFilter):
    kind = django_filters.ChoiceFilter(label="事项", choices=CHANGES, empty_label="全部")

    class Meta:
        model = FilingChange
        fields: list[str] = []


class ChangeFilter(django_filters.FilterSet):
    text = django_filters.CharFilter(label="受理号、姓名或简拼", method="with_text", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="参保地", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    kind = django_filters.ChoiceFilter(label="事项", choices=CHANGES, empty_label="全部")
    status = django_filters.ChoiceFilter(label="状态", choices=ChangeStatus.choices(), empty_label="全部")
    category = django_filters.ChoiceFilter(label="备案类别", choices=Category.choices(), empty_label="全部")

    class Meta:
        model = FilingChange
        fields: list[str] = []

    def with_text(self, queryset: Any, name: str, value: str) -> Any:
        number = CHANGE_NUMBER.fullmatch(value.strip().upper())
        if number:
            return queryset.filter(pk=int(number[1]))
        return queryset.filter(person__in=named_people(self, value, Right.SEE_FILINGS))


class PeopleImportFilter(django_filters.FilterSet):
    area = django_filters.ModelChoiceFilter(
        label="统筹区", queryset=areas_of_posts(Right.KEEP_PEOPLE), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=ListStatus.choices(), empty_label="全部")

    class Meta:
        model = PeopleListImport
        fields: list[str] = []


class RosterFilter(django_filters.FilterSet):
    employer = django_filters.CharFilter(label="单位", lookup_expr="contains", widget=SEARCH)
    area = django_filters.ModelChoiceFilter(
        label="统筹区", queryset=areas_of_posts(Right.SEE_FILINGS), empty_label="全部"
    )
    status = django_filters.ChoiceFilter(label="状态", choices=ROSTER_STATES, empty_label="全部")

    class Meta:
        model = RosterImport
        fields: list[str] = []
