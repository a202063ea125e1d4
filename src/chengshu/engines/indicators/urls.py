"""Pages of indicators."""

from django.urls import path

from chengshu.engines.indicators import views

urlpatterns = [
    path("", views.show_list, name="list"),
    path("observations/<int:observation>/", views.show_observation, name="observation"),
    path("observations/<int:observation>/pack/", views.download_pack, name="pack"),
    path("<str:indicator>/thresholds/", views.change_thresholds, name="thresholds"),
    path("<str:indicator>/", views.show_indicator, name="indicator"),
]
