from django.urls import path

from chengshu.hub.desk.views import editor, insight, models, moving, review

urlpatterns = [
    path("", models.list_models, name="models"),
    path("new/", models.new, name="new"),
    path("import/", models.import_model, name="import"),
    path("check/", editor.check, name="check"),
    path("expression/", editor.expression, name="expression"),
    path("trial/", editor.trial, name="trial"),
    path("evaluate/", editor.evaluate, name="evaluate"),
    path("model/<str:key>/", models.show, name="model"),
    path("model/<str:key>/edit/", editor.edit, name="edit"),
    path("model/<str:key>/save/", editor.save, name="save"),
    path("model/<str:key>/submit/", review.submit, name="submit"),
    path("model/<str:key>/compare/", insight.compare, name="compare"),
    path("model/<str:key>/history/", insight.history, name="history"),
    path("model/<str:key>/simulate/", insight.simulate_model, name="simulate"),
    path("model/<str:key>/move/", moving.move, name="move"),
    path("version/<int:version_id>/export/", models.export, name="export"),
    path("version/<int:version_id>/review/", review.show, name="review"),
    path("version/<int:version_id>/deploy/", review.deploy, name="deploy"),
    path("version/<int:version_id>/reject/", review.reject, name="reject"),
    path("version/<int:version_id>/retire/", review.retire, name="retire"),
]
