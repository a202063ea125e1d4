from django.urls import path

from chengshu.scenes.command.pages import events

urlpatterns = [
    path("", events.listing, name="events"),
    path("events/new/", events.new, name="new_event"),
    path("events/merging/", events.merging, name="merging"),
    path("events/<int:event_id>/", events.one, name="event"),
    path("events/<int:event_id>/<slug:act>/", events.act, name="act_on_event"),
]
