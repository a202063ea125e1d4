"""Pages of devices and alarms."""

from django.urls import path

from chengshu.engines.streams.pages import devices, intake, models, onboarding, quarantine, report
from chengshu.engines.streams.pages.alarms import alarm_routes
from chengshu.engines.streams.pages.groups import group_routes
from chengshu.engines.streams.pages.maintenance import maintenance_routes
from chengshu.engines.streams.pages.rules import rule_routes

urlpatterns = [
    path("", devices.device_list, name="devices"),
    path("onboarding/", onboarding.onboard, name="onboard"),
    path("onboarding/sheet.xlsx", onboarding.sheet, name="sheet"),
    path("labels/", onboarding.labels, name="labels"),
    path("models/", models.model_list, name="models"),
    path("models/<slug:model>/", models.model_detail, name="model"),
    path("models/<slug:model>/<int:number>/publish/", models.publish, name="publish_model"),
    path("intake/", intake.intake, name="intake"),
    path("report/", report.device_report, name="report"),
    path("quarantine/", quarantine.quarantine_list, name="quarantine"),
    path("quarantine/<int:message>/settle/", quarantine.settle, name="settle_quarantined"),
    path("quarantine/of/<str:code>/retry/", quarantine.retry, name="retry_quarantined"),
    path("devices/<str:code>/", devices.device_detail, name="device"),
    path("devices/<str:code>/<slug:step>/", devices.device_step, name="device_step"),
    *rule_routes,
    *alarm_routes,
    *maintenance_routes,
    *group_routes,
]
