"""The third step: each material, brought now, used again, waived by data, pledged, or to follow."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from chengshu.engines.registers.data import Form
from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.web.formats import local_date
from chengshu.foundation.web.shell import Option
from chengshu.hub.services.data import Material, Necessity, PoolItem
from chengshu.scenes.portal import checking, forms, uploads
from chengshu.scenes.portal.begun import Begun, begun, keep
from chengshu.scenes.portal.materials import Listed, listed
from chengshu.scenes.portal.offers import Offer, offer
from chengshu.scenes.portal.pages.apply import frame, saved, saved_for_later
from chengshu.scenes.portal.pages.frame import page

UPLOAD, REUSE, PLEDGE, DEFER, NONE = "upload", "reuse", "pledge", "defer", "none"
FILES = "f._materials.{key}.files"
WAY = "way."


@dataclass(frozen=True)
class Line:
    """One material on the page.

    :param waived: the register that makes it unnecessary; empty for none
    :param way: the one that is chosen
    """

    key: str
    name: str
    listed: Listed
    waived: str
    ways: tuple[Option, ...]
    way: str
    files: tuple[uploads.Line, ...]
    upload_url: str
    takes_files: bool = True
    error: str = ""
    due_words: str = ""


@require_http_methods(["GET", "HEAD", "POST"])
@door(Door.SIGNED_IN)
def bring(request: HttpRequest, code: str) -> HttpResponse:
    """Which materials, and how each of them comes."""
    asked = offer(code)
    kept = begun(code)
    if kept is None or not kept.whom or not asked.can_apply:
        return HttpResponseRedirect(reverse("portal:apply", args=[code]))
    form = forms.form_of(asked)
    if request.method != "POST":
        return _page(request, asked, kept, form)
    kept, refused = _kept(request, asked, kept, form)
    if request.POST.get("later"):
        return saved_for_later()
    if refused or request.POST.get("drop") or request.POST.get("stay"):
        return _page(request, asked, kept, form, refused, status=422 if refused else 200)
    wrong = _wrong(asked, kept, form)
    if wrong:
        return _page(request, asked, kept, form, wrong, status=422)
    return HttpResponseRedirect(reverse("portal:review", args=[code]))


@require_POST
@door(Door.SIGNED_IN)
def keep_materials(request: HttpRequest, code: str) -> HttpResponse:
    """Keep what is chosen while it is chosen."""
    asked, kept = offer(code), begun(code)
    if kept is None:
        return HttpResponseRedirect(reverse("portal:apply", args=[code]))
    return saved(_kept(request, asked, kept, forms.form_of(asked))[0])


def _kept(request: HttpRequest, asked: Offer, kept: Begun, form: Form) -> tuple[Begun, dict[str, str]]:
    """What the page brings, kept; and why a file that was sent along could not be stored, by material."""
    keys = [each.key for each in checking.needed(asked, kept, form)]
    sent = uploads.sent_along(request.FILES)
    drop_key, _colon, drop_id = request.POST.get("drop", "").partition(":")
    files: dict[str, tuple[str, ...]] = dict(kept.files)
    ways: dict[str, str] = dict(kept.ways)
    for key in keys:
        name = FILES.format(key=key)
        ids = (*request.POST.getlist(name), *sent.stored.get(name, ()))
        wanted = tuple(dict.fromkeys(each for each in ids if not (key == drop_key and each == drop_id)))
        files[key] = tuple(str(line.file_id) for line in uploads.lines(wanted))
        chosen = request.POST.get(f"{WAY}{key}", "")
        ways[key] = UPLOAD if sent.stored.get(name) else chosen or ways.get(key, UPLOAD)
    signed = tuple(name for name in ("pledge_signed", "deferral_signed") if request.POST.get(name))
    refused = {
        key: sent.refused[FILES.format(key=key)] for key in keys if FILES.format(key=key) in sent.refused
    }
    return keep(replace(kept, files=files, ways=ways, signed=signed), form), refused


def _wrong(asked: Offer, kept: Begun, form: Form) -> dict[str, str]:
    """What is still open, by material or by signature."""
    wrong: dict[str, str] = {}
    waived = checking.waived(asked, kept)
    for material in checking.needed(asked, kept, form):
        brings = kept.way(material.key) == UPLOAD and kept.files.get(material.key)
        if material.key in waived or brings or kept.way(material.key) in (REUSE, PLEDGE, DEFER, NONE):
            continue
        if material.necessity == Necessity.OPTIONAL:
            continue
        wrong[material.key] = _("This material is missing. Upload it, or choose another way.")
    if kept.keys_going(PLEDGE) and "pledge_signed" not in kept.signed:
        wrong["pledge_signed"] = _("Read the pledge and tick the box, or upload the material instead.")
    if kept.keys_going(DEFER) and "deferral_signed" not in kept.signed:
        wrong["deferral_signed"] = _(
            "Read the letter of commitment and tick the box, or upload the material now."
        )
    return wrong


def _page(
    request: HttpRequest,
    asked: Offer,
    kept: Begun,
    form: Form,
    wrong: Mapping[str, str] | None = None,
    *,
    status: int = 200,
) -> HttpResponse:
    wrong = wrong or {}
    lines = list(_lines(asked, kept, form, wrong))
    context = {
        "lines": lines,
        "spared": sum(1 for line in lines if line.waived or line.way == REUSE),
        "pledge_lines": [_said(line) for line in lines if _offers(line, PLEDGE)],
        "deferral_lines": [line for line in lines if _offers(line, DEFER)],
        "given": {name: name in kept.signed for name in ("pledge_signed", "deferral_signed")},
        "wrong": wrong,
        "errors": [(_anchor(key), _error(lines, key, words)) for key, words in wrong.items()],
        "most_bytes": uploads.MOST_BYTES,
        "most_words": uploads.MOST_WORDS,
        "keep_url": reverse("portal:keep_materials", args=[asked.code]),
        "back_url": reverse("portal:form", args=[asked.code]),
        **frame(asked, "materials", kept),
    }
    return page(request, "portal/apply_materials.html", context, status=status)


def _said(line: Line) -> dict[str, str]:
    return {"name": line.name, "note": line.listed.note}


def _offers(line: Line, way: str) -> bool:
    return not line.waived and any(option.value == way for option in line.ways)


def _anchor(key: str) -> str:
    return {"pledge_signed": "id_pledge_box", "deferral_signed": "id_deferral_box"}.get(key, f"m-{key}")


def _error(lines: Sequence[Line], key: str, words: str) -> str:
    name = next((line.name for line in lines if line.key == key), "")
    return f"{name}{_(': ')}{words}" if name else words


def _lines(asked: Offer, kept: Begun, form: Form, wrong: Mapping[str, str]) -> Iterator[Line]:
    waived = checking.waived(asked, kept)
    pool = checking.pool_of(kept)
    for material in checking.needed(asked, kept, form):
        due = checking.due_on(material)
        ways = tuple(_ways(material, pool.get(material.key), due))
        files = uploads.lines(kept.files.get(material.key, ()))
        yield Line(
            key=material.key,
            name=material.name,
            listed=listed(material),
            waived=waived.get(material.key, ""),
            ways=ways,
            way=_chosen(material, kept, ways, bool(files)),
            files=files,
            upload_url=uploads.counter(),
            error=wrong.get(material.key, ""),
            due_words=_("by %(day)s") % {"day": local_date(due)} if due else "",
        )


def _ways(material: Material, known: PoolItem | None, due: date | None) -> Iterator[Option]:
    if known is not None:
        words = _("From application %(number)s, %(day)s") % {
            "number": known.number,
            "day": local_date(known.handed_in_on),
        }
        yield Option(REUSE, _("Use what I handed in before"), words)
    if material.form == "1":
        yield Option(UPLOAD, _("Upload a scan now"), _("You show the original when you pick up the result."))
    else:
        yield Option(UPLOAD, _("Upload it now"))
    if material.pledgeable:
        yield Option(PLEDGE, _("Pledge in writing instead"), _("You accept the full text below."))
    if due is not None:
        yield Option(DEFER, _("It follows later"), _("At the latest on %(day)s.") % {"day": local_date(due)})
    if material.necessity == Necessity.OPTIONAL:
        yield Option(NONE, _("I do not have it"), _("It is not necessary."))


def _chosen(material: Material, kept: Begun, ways: Sequence[Option], has_files: bool) -> str:
    possible = [option.value for option in ways]
    if kept.way(material.key) in possible:
        return kept.way(material.key)
    if REUSE in possible:
        return REUSE
    return NONE if NONE in possible and not has_files else UPLOAD
