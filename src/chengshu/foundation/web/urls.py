from django.urls import path

from chengshu.foundation.web import views

prefix = ""
urlpatterns = [
    path("", views.home, name="home"),
    path("design/", views.design, name="design"),
    path("healthz", views.health, name="health"),
    path("language/", views.choose_language, name="choose_language"),
]
