from django.urls import path

from chengshu.foundation.http import views

prefix = "api/v1/"
urlpatterns = [path("openapi.json", views.openapi, name="openapi")]
