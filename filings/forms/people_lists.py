"""The form that a list of people comes in by."""

from hospitals.access import Right
from hospitals.forms import ListForm


class PeopleListForm(ListForm):
    right = Right.KEEP_PEOPLE
    wanted = "有“姓名”“证件号码”两列即可；新参保的还须有险种、参保日期，职工须有在职状态；其余各列可有可无"
