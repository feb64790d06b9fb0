"""Pages of clearing with hospitals for people from elsewhere, under /clearing/."""

from django.urls import path

from settlement.views import hospital_deductions as deductions
from settlement.views import hospital_payments as payments
from settlement.views import hospital_statements as statements
from settlement.views import inbound
from settlement.views import payment_results as results

urlpatterns = [
    path("hospitals/", statements.StatementList.as_view(), name="hospital_statements"),
    path("hospitals/new/", statements.new_statements, name="new_hospital_statements"),
    path("hospitals/<int:pk>/", statements.StatementPage.as_view(), name="hospital_statement"),
    path("hospitals/<int:pk>/take/<slug:verb>/", statements.take, name="take_hospital_statement"),
    path("hospitals/<int:pk>/sheet/", statements.sheet, name="hospital_sheet"),
    path("hospitals/<int:pk>/notice/", statements.notice, name="hospital_notice"),
    path("hospitals/<int:pk>/deduct/", deductions.deduct, name="hospital_deduct"),
    path("hospitals/deductions/<int:pk>/", deductions.deduction, name="hospital_deduction"),
    path("hospitals/deductions/<int:pk>/take/<slug:verb>/", deductions.take, name="take_hospital_deduction"),
    path("hospitals/payments/", payments.BatchList.as_view(), name="hospital_batches"),
    path("hospitals/payments/new/", payments.new_batch, name="new_hospital_batch"),
    path("hospitals/payments/failed/", payments.FailedList.as_view(), name="failed_hospital_payments"),
    *results.HOSPITALS.urls("hospitals/payments/results/", results.HospitalResultList),
    path("hospitals/payments/<int:pk>/", payments.BatchPage.as_view(), name="hospital_batch"),
    path("hospitals/payments/<int:pk>/take/<slug:verb>/", payments.take, name="take_hospital_batch"),
    path("hospitals/payments/<int:pk>/file/<slug:kind>/", payments.download, name="hospital_batch_file"),
    path("hospitals/payments/<int:pk>/sheet/", payments.sheet, name="hospital_batch_sheet"),
    path("hospitals/payments/rows/<int:pk>/", payments.payment, name="hospital_payment"),
    path("hospitals/accounts/<int:pk>/", payments.account, name="hospital_account"),
    path("inbound/", inbound.InboundList.as_view(), name="inbound_settlements"),
    *inbound.IMPORTS.urls("inbound/imports/", inbound.InboundImportList),
    path("inbound/<int:pk>/", inbound.settlement, name="inbound_settlement"),
    path("inbound/<int:pk>/id-number/", inbound.id_number, name="inbound_id_number"),
]
