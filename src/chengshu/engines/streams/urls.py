"""Pages of devices and alarms."""

from chengshu.engines.streams.pages.alarms import alarm_routes

urlpatterns = [*alarm_routes]
