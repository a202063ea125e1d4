"""Pages of applications and papers. The verification page is printed on papers: its address must stay."""

from django.urls import path

from chengshu.hub.services.pages import acts, applications, files, uploads, verification

prefix = ""
urlpatterns = [
    path("applications/", applications.listed, name="applications"),
    path("applications/<int:application_id>/", applications.one, name="application"),
    path("applications/<int:application_id>/deliver/", acts.deliver_result, name="deliver"),
    path("applications/<int:application_id>/papers/", acts.issue, name="issue_paper"),
    path("applications/<int:application_id>/hand-over/", acts.hand, name="hand_over"),
    path("applications/<int:application_id>/applicant/", acts.reveal, name="reveal_applicant"),
    path("hand-overs/<int:custody_id>/receive/", acts.receive, name="receive"),
    path("papers/verify/", verification.verify, name="verify"),
    path("papers/<int:paper_id>/", files.paper, name="paper"),
    path("papers/<int:paper_id>/revoke/", acts.revoke, name="revoke_paper"),
    path("materials/<int:file_id>/", files.material, name="material"),
    path("materials/uploads/", uploads.begin, name="begin_upload"),
    path("materials/uploads/<slug:key>/", uploads.continued, name="upload"),
    path("materials/uploads/<slug:key>/finish/", uploads.finish, name="finish_upload"),
]
