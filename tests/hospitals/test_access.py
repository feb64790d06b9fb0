"""The door: what a post opens, by list and by id, and what it does not."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.exceptions import PermissionDenied

from filings.models import Filing, InsuredPerson
from hospitals.access import RIGHTS, Reach, Right, reach_of, require
from hospitals.models import Hospital, Post, ServiceHall
from hospitals.vocabulary import Role
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_visible_without_post_is_nothing() -> None:
    make.PersonFactory()
    make.HospitalFactory()
    stranger = make.UserFactory(is_superuser=True)
    for model in (InsuredPerson, Filing, Hospital, ServiceHall, Post):
        assert not model.objects.visible_to(stranger).exists()
        assert not model.objects.visible_to(AnonymousUser()).exists()


def test_visible_is_own_areas_only() -> None:
    here, there = make.PersonFactory(area__code=make.WEIFANG), make.PersonFactory(area__code=make.TIELING)
    clerk = make.staff(Role.CLERK, make.WEIFANG)
    assert list(InsuredPerson.objects.visible_to(clerk)) == [here]
    assert not InsuredPerson.objects.visible_to(clerk).filter(pk=there.pk).exists()


def test_visible_of_hall_post_is_cases_of_that_hall_and_people_of_the_area() -> None:
    hall, other = make.HallFactory(), make.HallFactory()
    clerk = make.staff(Role.CLERK, hall=hall)
    mine = make.FilingFactory(person__area=hall.area, hall=hall)
    make.FilingFactory(person__area=hall.area, hall=other)
    make.FilingFactory(person__area=hall.area, hall=None)
    assert list(Filing.objects.visible_to(clerk)) == [mine]
    assert InsuredPerson.objects.visible_to(clerk).count() == 3


def test_visible_ends_with_the_account() -> None:
    make.PersonFactory()
    clerk = make.staff(Role.CLERK, is_active=False)
    assert not InsuredPerson.objects.visible_to(clerk).exists()


def test_right_counts_only_where_it_is_held() -> None:
    user = make.staff(Role.CLERK, make.WEIFANG)
    make.PostFactory(user=user, role=Role.REVIEWER, area=make.AreaFactory(code=make.TIELING))
    reach = reach_of(user)
    assert reach.covers(Right.FILE, make.WEIFANG)
    assert not reach.covers(Right.REVIEW_FILINGS, make.WEIFANG)
    assert reach.covers(Right.REVIEW_FILINGS, make.TIELING)
    here, there = (make.FilingFactory(person__area__code=code) for code in (make.WEIFANG, make.TIELING))
    assert set(Filing.objects.visible_to(user)) == {here, there}
    assert list(Filing.objects.visible_to(user, Right.REVIEW_FILINGS)) == [there]


def test_hall_right_does_not_reach_cases_of_no_hall() -> None:
    reach = Reach([("clerk", make.WEIFANG, 7)])
    assert reach.covers(Right.FILE, make.WEIFANG, 7)
    assert not reach.covers(Right.FILE, make.WEIFANG, 8)
    assert not reach.covers(Right.FILE, make.WEIFANG)
    assert reach.areas_of(Right.FILE) == {make.WEIFANG}


def test_require_names_the_right_that_is_missing() -> None:
    with pytest.raises(PermissionDenied, match="审核备案"):
        require(make.staff(Role.CLERK), Right.REVIEW_FILINGS)


def test_every_role_has_rights_and_every_right_a_role() -> None:
    assert set(RIGHTS) == set(Role)
    assert set(Right) == set().union(*RIGHTS.values())


def test_nobody_both_makes_and_checks_by_one_role() -> None:
    for rights in RIGHTS.values():
        assert not {Right.FILE, Right.REVIEW_FILINGS} <= rights
        assert len({Right.ACCEPT_CLAIMS, Right.REVIEW_CLAIMS, Right.RELEASE_CLAIMS} & rights) <= 1


def test_post_twice_is_refused_also_without_hall() -> None:
    post = make.PostFactory()
    twin = Post(user=post.user, role=post.role, area=post.area)
    with pytest.raises(Exception, match="已有此岗位"):
        twin.full_clean()


def test_post_in_hall_of_another_area_is_refused() -> None:
    hall = make.HallFactory(area__code=make.TIELING)
    post = Post(user=make.UserFactory(), role=Role.CLERK, area=make.AreaFactory(code=make.WEIFANG), hall=hall)
    with pytest.raises(Exception, match="窗口不属于所选统筹区"):
        post.full_clean()
