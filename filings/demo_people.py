"""The people of the demo: made up, the same on every machine.  Plain Python; the simulator knows their cards too."""

import datetime as dt

from filings.identity import made_up_number
from filings.vocabulary import Employment, Hardship

ACTIVE, RETIRED, RESIDENT = Employment.ACTIVE, Employment.RETIRED, None
# serial of the id number (odd ones are men's), area, county of the number, name, born, employment (None: resident),
# employer, hardship
PEOPLE = (
    (11, "370700", "370705", "李为民", "1955-03-12", RETIRED, "示例纺织厂", ""),
    (12, "370700", "370702", "王晓梅", "1984-07-02", ACTIVE, "示例机械公司", ""),
    (14, "370700", "370783", "赵小雨", "2016-05-20", RESIDENT, "", ""),
    (13, "370700", "370725", "孙建国", "1979-11-30", ACTIVE, "示例化工公司", ""),
    (16, "211200", "211202", "陈淑芬", "1958-01-25", RETIRED, "示例煤矿", ""),
    (15, "211200", "211221", "刘洋", "1990-09-09", ACTIVE, "示例物流公司", ""),
    (18, "211200", "211281", "高桂兰", "1962-06-18", RESIDENT, "", Hardship.MINIMUM_LIVING),
    (17, "211200", "211204", "周海", "1971-04-04", ACTIVE, "示例电力公司", ""),
    (19, "370600", "370602", "于海波", "1954-10-10", RETIRED, "示例渔业公司", ""),
    (20, "370600", "370611", "姜丽", "1988-02-14", ACTIVE, "示例电子公司", ""),
    (21, "370600", "370613", "曲志强", "1966-08-08", ACTIVE, "示例造船公司", ""),
    (22, "370500", "370502", "宋玉珍", "1957-12-01", RETIRED, "示例石油公司", ""),
    (23, "370800", "370811", "孔令辉", "1992-03-03", ACTIVE, "示例煤业公司", ""),
    (24, "370800", "370881", "颜秀英", "1960-09-28", RESIDENT, "", ""),
)


def id_number_of(serial: int, county: str, born: str) -> str:
    return made_up_number(county, dt.date.fromisoformat(born), serial)
