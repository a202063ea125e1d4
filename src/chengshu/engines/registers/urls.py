from django.urls import path

from chengshu.engines.registers.pages import drafts, forms, records, submissions

urlpatterns = [
    path("", forms.forms, name="forms"),
    path("new/", forms.new_form, name="new_form"),
    path("codes/", forms.codes, name="codes"),
    path("forms/<str:key>/", forms.form, name="form"),
    path("forms/<str:key>/source/", forms.source, name="source"),
    path("forms/<str:key>/retire/", forms.retire, name="retire"),
    path("forms/<str:key>/<int:number>/", forms.version, name="version"),
    path("forms/<str:key>/<int:number>/check/", forms.check, name="check"),
    path("forms/<str:key>/<int:number>/<slug:name>/", forms.step, name="step"),
    path("drafts/", drafts.drafts, name="drafts"),
    path("drafts/discard/", drafts.discard, name="discard_draft"),
    path("submissions/<int:submission_id>/", submissions.submission, name="submission"),
    path("submissions/<int:submission_id>/reveal/", submissions.reveal, name="reveal"),
    path(
        "submissions/<int:submission_id>/<slug:paper>.<slug:file_format>", submissions.printed, name="paper"
    ),
    path("records/", records.records, name="registers"),
    path("records/corrections/", records.corrections, name="corrections"),
    path("records/corrections/<int:correction_id>/", records.settle, name="settle"),
    path("records/<slug:register>/", records.records, name="records"),
]
