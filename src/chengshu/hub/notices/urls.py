from django.urls import path

from chengshu.hub.notices import views

urlpatterns = [
    path("", views.list_notices, name="list"),
    path("<int:notice_id>/read/", views.read, name="read"),
]
