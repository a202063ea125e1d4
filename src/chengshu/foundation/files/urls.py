"""Pages and streams of files."""

from django.urls import path

from chengshu.foundation.files import views

urlpatterns = [
    path("<int:pk>/", views.file, name="file"),
    path("<int:pk>/content/", views.content, name="content"),
    path("<int:pk>/preview/<int:page>/", views.preview, name="preview"),
    path("uploads/", views.begin_upload, name="begin_upload"),
    path("uploads/<slug:key>/", views.upload, name="upload"),
    path("uploads/<slug:key>/finish/", views.finish_upload, name="finish_upload"),
]
