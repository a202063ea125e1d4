"""Pages of probes."""

from django.urls import path

from chengshu.engines.probes.pages import checks, maintenance, targets

urlpatterns = [
    path("", targets.board, name="board"),
    path("new/", targets.new_target, name="new_target"),
    path("availability/", targets.availability_page, name="availability"),
    path("maintenance/", maintenance.maintenance, name="maintenance"),
    path("maintenance/<int:maintenance_id>/withdraw/", maintenance.withdraw, name="withdraw"),
    path("secrets/", maintenance.secrets, name="secrets"),
    path("targets/<slug:key>/", targets.target, name="target"),
    path("targets/<slug:key>/change/", targets.change_target, name="change_target"),
    path("targets/<slug:key>/retire/", targets.retire_target, name="retire_target"),
    path("targets/<slug:key>/checks/new/", checks.new_check, name="new_check"),
    path("checks/<int:check_id>/change/", checks.change_check, name="change_check"),
    path("checks/<int:check_id>/now/", checks.check_now, name="check_now"),
    path("checks/<int:check_id>/retire/", checks.retire_check, name="retire_check"),
]
