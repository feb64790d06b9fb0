"""Identity numbers, masking, initials."""

import datetime as dt

import pytest
from stdnum.cn import ric

from filings.identity import birth_date_of, id_number_fault, initials, made_up_number, masked, normal_number, sex_of


def numbered(seventeen: str) -> str:
    """The digits with their check digit."""
    return seventeen + ric.calc_check_digit(seventeen + "0")


def test_number_of_a_county_younger_than_the_person_is_good():
    assert id_number_fault("01", made_up_number("370811", dt.date(1950, 2, 3), 17)) == ""


def test_made_up_number_is_valid_and_says_birth_and_sex():
    number = made_up_number("370702", dt.date(1950, 2, 3), 17)
    assert len(number) == 18
    assert id_number_fault("01", number) == ""
    assert birth_date_of(number) == dt.date(1950, 2, 3)
    assert sex_of(number) == "1"


@pytest.mark.parametrize(
    ("id_type", "number", "fault"),
    [
        ("01", "37070219500203017", "身份证号码应为18位，现为17位"),
        ("01", "370702195002030170", "身份证号码校验码不符，请核对"),
        ("01", "370702195002A30177", "身份证号码应为17位数字加一位数字或X"),
        ("01", numbered("37070219500230017"), "身份证号码中的出生日期有误，请核对"),
        ("01", numbered("37070217500203017"), "身份证号码中的出生日期有误，请核对"),
        ("01", numbered("99070219500203017"), "身份证号码前两位不是省级行政区划代码，请核对"),
        ("01", numbered("81000019900203017"), ""),
        ("01", "", "身份证号码应为18位，现为0位"),
        ("08", "E1234567", ""),
        ("99", "A1", "证件号码应为4至30位字母或数字"),
        ("99", "<script>", "证件号码应为4至30位字母或数字"),
    ],
)
def test_faults_are_named(id_type, number, fault):
    assert id_number_fault(id_type, number) == fault


def test_number_of_tomorrow_is_refused():
    tomorrow = dt.date.today() + dt.timedelta(1)  # noqa: DTZ011
    assert id_number_fault("01", made_up_number("370702", tomorrow, 1)) == "身份证号码的出生日期晚于今天"


def test_numbers_are_normalised():
    assert normal_number(" ３７０702 1950 x ") == "3707021950X"


@pytest.mark.parametrize(("number", "shown"), [("370702195002030177", "370702********0177"), ("E123456", "E*****6")])
def test_masked_keeps_what_tells_people_apart(number, shown):
    assert masked(number) == shown


def test_initials_of_names():
    assert initials("王小明") == "wxm"
    assert initials("Anna 王") == "annaw"
    assert initials("阿依古丽·买买提") == "ayglmmt"
