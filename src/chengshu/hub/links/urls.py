from django.urls import path

from chengshu.hub.links.views import editing, log, overview, standing, trial

urlpatterns = [
    path("", overview.list_links, name="list"),
    path("new/", editing.new, name="new"),
    path("check/", editing.check, name="check"),
    path("log/", log.show_log, name="log"),
    path("log/<int:match_id>/", log.show_match, name="match"),
    path("log/<int:match_id>/rerun/", log.rerun, name="rerun"),
    path("log/<int:match_id>/release/", log.release, name="release"),
    path("link/<slug:key>/", overview.show_link, name="link"),
    path("link/<slug:key>/edit/", editing.edit, name="edit"),
    path("link/<slug:key>/try/", trial.try_out, name="try"),
    path("link/<slug:key>/compare/", overview.compare, name="compare"),
    path("link/<slug:key>/submit/", standing.submit, name="submit"),
    path("link/<slug:key>/suspend/", standing.suspend, name="suspend"),
    path("link/<slug:key>/resume/", standing.resume, name="resume"),
    path("link/<slug:key>/retire/", standing.retire, name="retire"),
    path("version/<int:version_id>/review/", standing.review, name="review"),
    path("version/<int:version_id>/put-in-force/", standing.put, name="put_in_force"),
    path("version/<int:version_id>/reject/", standing.reject, name="reject"),
]
