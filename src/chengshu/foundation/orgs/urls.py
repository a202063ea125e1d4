from django.urls import path

from chengshu.foundation.orgs.views import changes, own, reading

urlpatterns = [
    path("", reading.tree, name="tree"),
    path("roles/", reading.roles, name="roles"),
    path("roles/<slug:key>/", reading.role, name="role"),
    path("roles/<slug:key>/change/", changes.change_role, name="change_role"),
    path("powers/", reading.powers, name="powers"),
    path("contacts.csv", reading.contacts_csv, name="contacts_csv"),
    path("contacts/<int:contact_id>/reveal/", own.reveal_contact, name="reveal_contact"),
    path("contacts/<int:contact_id>/remove/", changes.remove_contact, name="remove_contact"),
    path("delegations/", own.my_delegations, name="my_delegations"),
    path("delegations/new/", own.delegate, name="delegate"),
    path("delegations/<int:delegation_id>/revoke/", own.revoke_delegation, name="revoke_delegation"),
    path("units/<int:unit_id>/", reading.unit, name="unit"),
    path("units/<int:unit_id>/create/", changes.create_unit, name="create_unit"),
    path("units/<int:unit_id>/rename/", changes.rename_unit, name="rename_unit"),
    path("units/<int:unit_id>/alias/", changes.add_alias, name="add_alias"),
    path("units/<int:unit_id>/move/", changes.move_unit, name="move_unit"),
    path("units/<int:unit_id>/close/", changes.close_unit, name="close_unit"),
    path("units/<int:unit_id>/posts/", changes.create_post, name="create_post"),
    path("units/<int:unit_id>/contacts/", changes.set_contact, name="set_contact"),
    path("posts/<int:post_id>/", reading.post, name="post"),
    path("posts/<int:post_id>/appoint/", changes.appoint, name="appoint"),
    path("posts/<int:post_id>/assign/", changes.assign_role, name="assign_role"),
    path("posts/<int:post_id>/withdraw/", changes.withdraw_role, name="withdraw_role"),
    path("posts/<int:post_id>/close/", changes.close_post, name="close_post"),
    path("appointments/<int:appointment_id>/end/", changes.end_appointment, name="end_appointment"),
]
