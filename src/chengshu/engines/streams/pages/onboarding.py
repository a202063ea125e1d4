"""Taking in many devices: the empty sheet, the mistakes of a filled one, secrets once, labels to print."""

from __future__ import annotations

import segno
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext as _

from chengshu.engines.streams import actions, onboarding, queries
from chengshu.engines.streams.onboarding import OnboardingRefused
from chengshu.engines.streams.pages.choosing import unit_of, units_for
from chengshu.foundation.errors import InvalidFile, InvalidInput
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.pages import render
from chengshu.foundation.web.shell import Crumb

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LARGEST_SHEET = 10 * 1024 * 1024
LABELS = 60
"""On one page to print."""


@door("streams.onboard_devices")
def onboard(request: HttpRequest) -> HttpResponse:
    """A sheet that is right is answered with the secrets as a sheet: they are nowhere else."""
    if request.method != "POST":
        return _form(request)
    try:
        rows = onboarding.read_sheet(_sent(request))
        issued = actions.onboard_devices(unit=unit_of(request), rows=rows)
    except InvalidInput as refused:
        return _form(request, refused)
    lines = [(one.credential.device.code, one.credential.device.title, one.secret) for one in issued]
    answer = HttpResponse(onboarding.secrets_sheet(lines), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="device-secrets.xlsx"'
    answer["Cache-Control"] = "no-store"
    return answer


def _sent(request: HttpRequest) -> bytes:
    file = request.FILES.get("file")
    if file is None or file.size is None:
        raise InvalidFile(_("Choose a file."), field="file")
    if file.size > LARGEST_SHEET:
        raise InvalidFile(
            _("The file is larger than 10 MB."), field="file", hint=_("Split it into several sheets.")
        )
    return bytes(file.read())


def _form(request: HttpRequest, refused: InvalidInput | None = None) -> HttpResponse:
    mistakes = refused.mistakes if isinstance(refused, OnboardingRefused) else ()
    context = {
        "units": units_for("streams.onboard_devices"),
        "unit": request.POST.get("unit", ""),
        "refused": refused,
        "mistakes": mistakes[: onboarding.MOST_SHOWN],
        "mistake_count": len(mistakes),
        "breadcrumbs": [Crumb(_("Devices"), reverse("streams:devices")), Crumb(_("Onboard devices"))],
    }
    return render(request, "streams/onboarding.html", context, status=422 if refused else 200)


@door("streams.view")
def sheet(request: HttpRequest) -> HttpResponse:
    answer = HttpResponse(onboarding.empty_sheet(), content_type=XLSX)
    answer["Content-Disposition"] = 'attachment; filename="devices.xlsx"'
    return answer


@door("streams.view")
def labels(request: HttpRequest) -> HttpResponse:
    """Labels of devices to print and stick on: code, name, and a QR code that opens the device's page."""
    words = request.GET.get("q", "").strip()[:100]
    devices = list(queries.devices(words=words).order_by("code")[: LABELS + 1])
    lines = [
        (device, _qr(request.build_absolute_uri(reverse("streams:device", args=[device.code]))))
        for device in devices[:LABELS]
    ]
    context = {"labels": lines, "is_more": len(devices) > LABELS, "words": words}
    return render(request, "streams/labels.html", context)


def _qr(address: str) -> str:
    return str(segno.make(address, error="m", micro=False).svg_data_uri(border=0))
