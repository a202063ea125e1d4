from django.urls import path

from chengshu.scenes.sample import views

urlpatterns = [
    path("", views.notes, name="notes"),
    path("new/", views.new_note, name="new_note"),
    path("<int:note_id>/", views.note, name="note"),
    path("<int:note_id>/answer/", views.answer, name="answer_note"),
    path("<int:note_id>/phone/", views.reveal, name="reveal_phone"),
]
