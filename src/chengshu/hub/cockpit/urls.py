"""Pages of the cockpit, and what its screens and its map ask for."""

from django.urls import path

from chengshu.hub.cockpit.pages import defining, mapping, scores, viewing, why

urlpatterns = [
    path("", viewing.list_views, name="list"),
    path("new/", defining.new_view, name="new"),
    path("map/", mapping.show_map, name="map"),
    path("map/base/", mapping.base_layer, name="base_layer"),
    path("map/base/set/", mapping.change_base_map, name="change_base_map"),
    path("map/points/", mapping.point_list, name="points"),
    path("map/layers/", mapping.layer_list, name="layers"),
    path("map/devices/<int:device_id>/", mapping.show_device, name="device"),
    path("scores/", scores.list_scores, name="scores"),
    path("scores/new/", scores.new_score, name="new_score"),
    path("scores/<slug:score>/", scores.show_score, name="score"),
    path("scores/<slug:score>/change/", scores.change_score, name="change_score"),
    path("why/<int:observation>/", why.show_why, name="why"),
    path("views/<slug:view>/", viewing.show_view, name="view"),
    path("views/<slug:view>/wall/", viewing.show_wall, name="wall"),
    path("views/<slug:view>/pulse/", viewing.pulse, name="pulse"),
    path("views/<slug:view>/tiles/<slug:tile>/", viewing.show_tile, name="tile"),
    path("views/<slug:view>/change/", defining.change_view, name="change"),
    path("views/<slug:view>/versions/", defining.list_versions, name="versions"),
    path("views/<slug:view>/retire/", defining.retire, name="retire"),
]
