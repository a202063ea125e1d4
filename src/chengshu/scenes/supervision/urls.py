from django.urls import path

from chengshu.scenes.supervision.pages import cards, inspections, letters, public, rating, ratings, visits

prefix = ""

urlpatterns = [
    path("supervision/", cards.overview, name="overview"),
    path("supervision/cards/", cards.listing, name="cards"),
    path("supervision/cards/new/", cards.new, name="new_card"),
    path("supervision/cards/<int:card_id>/", cards.one, name="card"),
    path("supervision/cards/<int:card_id>/<slug:act>/", cards.act, name="act_on_card"),
    path("supervision/rules/", cards.rules, name="rules"),
    path("supervision/letters/", letters.listing, name="letters"),
    path("supervision/letters/new/", letters.new, name="new_letter"),
    path("supervision/letters/<int:letter_id>/file/", letters.file, name="letter_file"),
    path("supervision/ratings/", ratings.listing, name="ratings"),
    path("supervision/ratings/figures/", ratings.figures, name="rating_figures"),
    path("supervision/ratings/<int:rating_id>/", ratings.one, name="rating"),
    path("supervision/ratings/<int:rating_id>/reveal/", ratings.reveal, name="reveal_evaluator"),
    path("supervision/ratings/<int:rating_id>/call-back/", ratings.call_back, name="record_call_back"),
    path("supervision/inspections/", inspections.listing, name="inspections"),
    path("supervision/inspections/new/", inspections.new, name="new_inspection"),
    path("supervision/inspections/<int:inspection_id>/", inspections.one, name="inspection"),
    path("supervision/inspections/<int:inspection_id>/draw/", inspections.draw, name="draw_sample"),
    path(
        "supervision/inspections/<int:inspection_id>/release/", inspections.release, name="release_inspection"
    ),
    path(
        "supervision/inspections/<int:inspection_id>/publish/", inspections.publish, name="publish_inspection"
    ),
    path("supervision/findings/", inspections.findings, name="findings"),
    path("supervision/findings/<int:finding_id>/retest/", inspections.retest, name="order_retest"),
    path("supervision/findings/<int:finding_id>/settle/", inspections.settle, name="settle_finding"),
    path("supervision/visits/<int:visit_id>/", visits.one, name="visit"),
    path("supervision/visits/<int:visit_id>/evidence/", visits.evidence, name="record_evidence"),
    path("supervision/visits/<int:visit_id>/finish/", visits.finish, name="finish_visit"),
    path("supervision/visits/<int:visit_id>/void/", visits.void, name="void_visit"),
    path("supervision/visits/<int:visit_id>/call/", visits.call, name="record_call"),
    path("supervision/visits/<int:visit_id>/code/", visits.code, name="code_visit"),
    path("supervision/visits/<int:visit_id>/finding/", visits.finding, name="add_finding"),
    path("supervision/evidence/<int:evidence_id>/photo/", visits.photo, name="photo"),
    path("ratings/", rating.look_up, name="look_up_rating"),
    path("ratings/rate/", rating.rate, name="rate"),
    path("ratings/<int:application_id>/", rating.own, name="rate_own"),
    path("ratings/done/", rating.done, name="rated"),
    path("inspection-results/", public.listing, name="publications"),
    path("inspection-results/<slug:slug>/", public.one, name="publication"),
    path("inspection-results/<slug:slug>/pack/", public.pack, name="publication_pack"),
]
