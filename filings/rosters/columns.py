"""The columns of a roster and the headings they go by."""

from filings.people_lists import columns as people
from hospitals.sheets import Column, Kind

PEOPLE = {column.name: column for column in people.COLUMNS}
COLUMNS = (
    *(PEOPLE[name] for name in ("serial", "name", "id_number")),
    Column(
        "place",
        "就医地",
        (
            *(
                "工作地",
                "工作地点",
                "异地工作地",
                "异地工作地点",
                "工作城市",
                "派驻地",
                "派驻地点",
                "派驻城市",
                "外派地",
            ),
            *("备案地", "异地就医地", "就医地市", "就医城市", "居住地", "异地居住地"),
        ),
        required=True,
        max_length=60,
    ),
    Column(
        "start_on",
        "备案开始日期",
        (
            *(
                "备案开始",
                "备案开始时间",
                "备案起始日期",
                "备案日期",
                "派驻开始日期",
                "派驻日期",
                "派驻时间",
                "外派日期",
            ),
            *("开始日期", "起始日期", "开始时间", "起始时间", "异地工作开始日期", "异地工作起始日期"),
        ),
        kind=Kind.DATE,
    ),
    *(PEOPLE[name] for name in ("phone", "employer")),
)
HEADINGS = {column.name: column.heading for column in COLUMNS}
