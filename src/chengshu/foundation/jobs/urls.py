"""Pages of long work."""

from django.urls import path

from chengshu.foundation.jobs import views

urlpatterns = [
    path("", views.my_work, name="mine"),
    path("<int:pk>/", views.one, name="job"),
    path("<int:pk>/progress/", views.progress, name="progress"),
    path("<int:pk>/cancel/", views.cancel, name="cancel"),
    path("<int:pk>/result/", views.result, name="result"),
]
