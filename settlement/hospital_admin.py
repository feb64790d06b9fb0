"""How long a hospital may appeal, in Django admin: data that a supervisor keeps."""

from django.contrib import admin

from hospitals.access import Right
from hospitals.admin_access import VisibleAdmin
from settlement.models import HospitalClearingTerm


@admin.register(HospitalClearingTerm)
class HospitalClearingTermAdmin(VisibleAdmin):
    see_right = Right.SEE_HOSPITAL_CLEARING
    change_right = Right.KEEP_POLICIES
    list_display = ("area", "appeal_days", "source", "assumed")
    list_select_related = ("area",)
