"""Every page of the promises."""

from chengshu.hub.promises.pages import board, proof, review, tables

urlpatterns = [*board.urlpatterns, *tables.urlpatterns, *review.urlpatterns, *proof.urlpatterns]
