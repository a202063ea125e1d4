"""Pages of this part."""

from __future__ import annotations

from django.urls import URLPattern, path

from chengshu.scenes.approvals.environment import views

URLPATTERNS: list[URLPattern] = [
    path("clocks/", views.clocks, name="clocks"),
    path("pledges/", views.pledges, name="pledges"),
    path("deferrals/", views.deferrals, name="deferrals"),
    path("deferrals/<int:deferral_id>/", views.deferral, name="deferral"),
    path("licences/", views.licences, name="licences"),
    path("licences/<int:licence_id>/", views.licence, name="licence"),
    path("credit-notes/", views.credit_notes, name="credit_notes"),
    path("credit-notes/<int:note_id>/", views.credit_note, name="credit_note"),
]
