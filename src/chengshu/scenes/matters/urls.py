from django.urls import path, re_path

from chengshu.scenes.matters.pages import (
    adjusting,
    catalogue,
    checks,
    editing,
    laws,
    ledger,
    listing,
    powers,
    public,
    workbooks,
)

_EDITION = "m/<str:local_code>/editions/<int:number>/"

urlpatterns = [
    path("", catalogue.catalogue, name="catalogue"),
    path("new/", catalogue.new_matter, name="new_matter"),
    path("lint/", checks.lint, name="lint"),
    path("lists/", listing.all_lists, name="lists"),
    path("lists/<slug:kind>/", listing.one_list, name="list"),
    path("lists/<slug:kind>/make/", listing.make, name="make_list"),
    path("powers/", powers.powers, name="powers"),
    path("powers/new/", powers.new_power, name="record_power"),
    path("powers/<slug:code>/", powers.power, name="power"),
    path("powers/<slug:code>/cancel/", powers.cancel, name="cancel_power"),
    path("ledger/", ledger.ledger, name="ledger"),
    path("ledger/new/", ledger.new_delegated_power, name="record_delegated_power"),
    path("ledger/<slug:number>/", ledger.delegated_power, name="delegated_power"),
    re_path(
        r"^ledger/(?P<number>[0-9]+)/(?P<verb>renew|use|assess|return|suspend)/$",
        ledger.change,
        name="change_delegated_power",
    ),
    path("laws/", laws.laws, name="laws"),
    path("laws/new/", laws.new_law, name="record_legal_text"),
    path("laws/<slug:key>/", laws.law, name="law"),
    path("laws/<slug:key>/repeal/", laws.repeal, name="repeal_legal_text"),
    path("workbook/", workbooks.workbook, name="workbook"),
    path("workbook/export/", workbooks.export, name="export"),
    path("public/", public.public_lists, name="public_lists"),
    path("public/lists/<slug:kind>/", public.public_list, name="public_list"),
    path("public/matters.json", public.open_json, name="open_json"),
    path("public/matters.csv", public.open_csv, name="open_csv"),
    path("m/<str:local_code>/", catalogue.matter, name="matter"),
    path("m/<str:local_code>/revise/", catalogue.revise, name="revise_matter"),
    path("m/<str:local_code>/cancel/", catalogue.cancel, name="cancel_matter"),
    path("m/<str:local_code>/decide/", catalogue.decide, name="decide_finding"),
    path("m/<str:local_code>/adjust/", adjusting.adjust, name="propose_adjustment"),
    path(_EDITION, catalogue.edition, name="edition"),
    path(f"{_EDITION}edit/", editing.edit, name="edit"),
    re_path(
        r"^m/(?P<local_code>[^/]+)/editions/(?P<number>[0-9]{1,9})/(?P<verb>submit|return|publish|discard)/$",
        catalogue.step,
        name="step_edition",
    ),
]
