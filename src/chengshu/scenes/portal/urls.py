"""Every page of the portal."""

from django.urls import path

from chengshu.scenes.portal.pages import (
    application,
    apply,
    authorisations,
    bringing,
    filing,
    find,
    matter,
    mine,
    progress,
)

urlpatterns = [
    path("", find.home, name="home"),
    path("find/", find.find, name="find"),
    path("matters/<str:code>/", matter.show_matter, name="matter"),
    path("bundles/", matter.show_bundles, name="bundles"),
    path("bundles/<str:code>/", matter.show_bundle, name="bundle"),
    path("guide/<str:code>/", matter.guide, name="guide"),
    path("apply/<str:code>/", apply.start, name="apply"),
    path("apply/<str:code>/form/", apply.fill_in, name="form"),
    path("apply/<str:code>/form/keep/", apply.keep_form, name="keep_form"),
    path("apply/<str:code>/materials/", bringing.bring, name="materials"),
    path("apply/<str:code>/materials/keep/", bringing.keep_materials, name="keep_materials"),
    path("apply/<str:code>/review/", filing.review, name="review"),
    path("apply/<str:code>/discard/", apply.discard, name="discard"),
    path("mine/", mine.mine, name="mine"),
    path("applications/<int:application_id>/", application.show, name="application"),
    path("applications/<int:application_id>/receipt/", filing.receipt, name="receipt"),
    path("applications/<int:application_id>/supplement/", application.supplement, name="supplement"),
    path(
        "applications/<int:application_id>/supplement/keep/",
        application.keep_supplement,
        name="keep_supplement",
    ),
    path("applications/<int:application_id>/supply/", application.supply, name="supply"),
    path("applications/<int:application_id>/withdraw/", application.withdraw, name="withdraw"),
    path("progress/", progress.progress, name="progress"),
    path("authorisations/", authorisations.authorisations, name="authorisations"),
    path("authorisations/<int:authorisation_id>/revoke/", authorisations.revoke, name="revoke"),
]
