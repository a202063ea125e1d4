from django.urls import path

from chengshu.foundation.identity.views import administration, own, signing_in

prefix = ""
urlpatterns = [
    path("sign-in/", signing_in.sign_in, name="sign_in"),
    path("sign-in/code/", signing_in.prove_second_factor, name="prove_second_factor"),
    path("sign-in/set-up/", signing_in.enrol_at_sign_in, name="enrol_at_sign_in"),
    path("sign-in/single/", signing_in.begin_single_sign_on, name="begin_single_sign_on"),
    path("sign-in/single/back/", signing_in.finish_single_sign_on, name="finish_single_sign_on"),
    path("sign-out/", signing_in.sign_out, name="sign_out"),
    path("account/password/", own.change_password, name="change_password"),
    path("account/second-factor/", own.second_factor, name="second_factor"),
    path("account/second-factor/remove/", own.remove_second_factor, name="remove_second_factor"),
    path("account/second-factor/recovery/", own.renew_recovery_codes, name="renew_recovery_codes"),
    path("account/sessions/", own.sessions, name="sessions"),
    path("account/sessions/<int:session_id>/end/", own.end_session, name="end_session"),
    path("account/sessions/end-others/", own.end_other_sessions, name="end_other_sessions"),
    path("account/history/", own.history, name="history"),
    path("account/tokens/", own.tokens, name="tokens"),
    path("account/tokens/<int:token_id>/revoke/", own.revoke_token, name="revoke_token"),
    path("accounts/", administration.accounts, name="accounts"),
    path("accounts/open/", administration.open_account, name="open_account"),
    path("accounts/second-factor/", administration.second_factor_roles, name="second_factor_roles"),
    path("accounts/<int:account_id>/", administration.account, name="account"),
    path("accounts/<int:account_id>/reset-password/", administration.reset_password, name="reset_password"),
    path("accounts/<int:account_id>/disable/", administration.disable_account, name="disable_account"),
    path("accounts/<int:account_id>/enable/", administration.enable_account, name="enable_account"),
    path("accounts/<int:account_id>/unlock/", administration.unlock_account, name="unlock_account"),
    path(
        "accounts/<int:account_id>/reset-second-factor/",
        administration.reset_second_factor,
        name="reset_second_factor",
    ),
    path("accounts/<int:account_id>/link/", administration.link_account, name="link_account"),
    path(
        "accounts/<int:account_id>/end-sessions/",
        administration.end_account_sessions,
        name="end_account_sessions",
    ),
]
