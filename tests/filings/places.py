"""A few areas, as assessment knows them, without a database."""

from filings.assessment import Place

AREAS = {
    place.code: place
    for place in (
        Place("110000", "北京市", is_pool=True),
        Place("110101", "东城区", "110000"),
        Place("120000", "天津市", is_pool=True),
        Place("210000", "辽宁省"),
        Place("210100", "沈阳市", "210000", is_pool=True),
        Place("211200", "铁岭市", "210000", is_pool=True),
        Place("211221", "铁岭县", "211200"),
        Place("310000", "上海市", is_pool=True),
        Place("370000", "山东省"),
        Place("370100", "济南市", "370000", is_pool=True),
        Place("370200", "青岛市", "370000", is_pool=True),
        Place("370500", "东营市", "370000", is_pool=True),
        Place("370600", "烟台市", "370000", is_pool=True),
        Place("370700", "潍坊市", "370000", is_pool=True),
        Place("370702", "潍城区", "370700"),
        Place("370800", "济宁市", "370000", is_pool=True),
        Place("370881", "曲阜市", "370800"),
        Place("440000", "广东省"),
        Place("440300", "深圳市", "440000", is_pool=True),
        Place("460000", "海南省"),
        Place("460100", "海口市", "460000", is_pool=True),
        Place("500000", "重庆市", is_pool=True),
        Place("540000", "西藏自治区"),
        Place("710000", "台湾省", is_served=False),
        Place("810000", "香港特别行政区", is_served=False),
        Place("820000", "澳门特别行政区", is_served=False),
    )
}
