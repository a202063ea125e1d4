"""Every page of the hall."""

from django.urls import path, re_path

from chengshu.scenes.hall import views

CODE = r"(?P<code>[a-z][a-z0-9_.]{0,99})/"

urlpatterns = [
    path("", views.counter, name="counter"),
    re_path(rf"^receive/{CODE}$", views.receive, name="receive"),
    path("results/", views.results, name="results"),
    path("results/<int:application_id>/", views.hand_out, name="hand_out"),
    path("hand-overs/", views.hand_overs, name="hand_overs"),
    path("hand-overs/<int:application_id>/give/", views.give, name="give"),
    path("hand-overs/<int:custody_id>/take/", views.take, name="take"),
]
