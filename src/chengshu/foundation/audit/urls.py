from django.urls import path

from chengshu.foundation.audit import views

urlpatterns = [
    path("", views.entries, name="entries"),
    path("verify/", views.verify, name="verify"),
    path("export/", views.export, name="export"),
    path("<int:entry_id>/", views.entry, name="entry"),
]
