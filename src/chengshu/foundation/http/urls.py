"""Pages of HTTP itself: saved views and exports; and the description of the API."""

from django.urls import path

from chengshu.foundation.http import views

prefix = ""

urlpatterns = [
    path("views/", views.my_views, name="my_views"),
    path("views/save/", views.save_view, name="save_view"),
    path("views/<int:pk>/delete/", views.delete_view, name="delete_view"),
    path("export/<str:name>/", views.export, name="export"),
    path("api/v1/openapi.json", views.openapi, name="openapi"),
]
