"""The pages of proof: evidence, payments, double monitoring and self-evaluation."""

from __future__ import annotations

from django.urls import URLPattern, path, re_path

from chengshu.hub.promises.pages.proof import evaluation, evidence, monitoring, payments

SLUG = r"(?P<slug>P\d{2,4}-\d{1,3}|D\d{2,4})"
FORMAT = r"(?P<format>xlsx|docx|pdf)"

urlpatterns: list[URLPattern] = [
    path("evidence/", evidence.show_evidence, name="evidence"),
    re_path(rf"^evidence/{SLUG}/$", evidence.attest_value, name="attest"),
    re_path(rf"^evidence/{SLUG}/bind/$", evidence.bind, name="bind"),
    re_path(rf"^evidence/{SLUG}/unbind/$", evidence.unbind_promise, name="unbind"),
    path("attestations/<int:number>/", evidence.decide, name="attestation"),
    path("payments/", payments.show_payments, name="payments"),
    path("payments/import/", payments.import_table, name="import_payments"),
    re_path(r"^payments/(?P<ref>P\d{2,4})/$", payments.record, name="payment"),
    path("monitoring/", monitoring.show_monitoring, name="monitoring"),
    path("monitoring/open/", monitoring.open_checkpoint, name="open_monitoring"),
    path("monitoring/<int:number>/", monitoring.edit, name="checkpoint"),
    path("monitoring/<int:number>/submit/", monitoring.submit, name="submit_monitoring"),
    re_path(rf"^monitoring/(?P<number>\d+)/form\.{FORMAT}$", monitoring.download, name="monitoring_file"),
    path("evaluations/", evaluation.show_evaluations, name="evaluations"),
    path("evaluations/start/", evaluation.start, name="start_evaluation"),
    path("evaluations/<int:number>/", evaluation.edit, name="evaluation"),
    path("evaluations/<int:number>/submit/", evaluation.submit, name="submit_evaluation"),
    path("evaluations/<int:number>/return/", evaluation.give_back, name="return_evaluation"),
    path("evaluations/<int:number>/result/", evaluation.apply, name="apply_evaluation"),
    re_path(rf"^evaluations/(?P<number>\d+)/form\.{FORMAT}$", evaluation.download, name="evaluation_file"),
]
