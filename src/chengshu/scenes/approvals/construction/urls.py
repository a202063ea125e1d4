"""Pages of the construction part."""

from __future__ import annotations

from django.urls import URLPattern, path

from chengshu.scenes.approvals.construction.pages import experts, notices, projects, visits

URLPATTERNS: list[URLPattern] = [
    path("projects/", projects.projects, name="projects"),
    path("projects/new/", projects.new_project, name="new_project"),
    path("projects/<str:code>/", projects.project, name="project"),
    path("projects/<str:code>/material/", projects.project_material, name="project_material"),
    path("projects/<str:code>/visit/", visits.call, name="call_visit"),
    path("projects/<str:code>/review/", experts.new_review, name="new_review"),
    path("projects/<str:code>/notice/", notices.new_notice, name="new_notice"),
    path("project-items/<int:item_id>/", projects.project_item, name="project_item"),
    path("visits/", visits.visits, name="visits"),
    path("visits/busy/", visits.busy, name="record_busy_time"),
    path("visits/<int:visit_id>/", visits.visit, name="visit"),
    path("acceptance/<int:case_id>/", visits.acceptance, name="acceptance"),
    path("defects/<int:defect_id>/", visits.defect, name="defect"),
    path("experts/", experts.experts, name="experts"),
    path("experts/new/", experts.new_expert, name="new_expert"),
    path("experts/<str:number>/", experts.expert, name="expert"),
    path("reviews/<int:review_id>/", experts.review, name="review"),
    path("seats/<int:seat_id>/", experts.seat, name="seat"),
    path("notices/", notices.notices, name="notices"),
    path("notices/<str:number>/", notices.notice, name="notice"),
    path("notices/<str:number>/object/", notices.object_to, name="object_to_notice"),
    path("notice-desk/", notices.notice_desk, name="notice_desk"),
    path("notice-desk/<str:number>/", notices.notice_on_desk, name="notice_on_desk"),
]
