"""The file of a case as PDF or Word."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_safe

from chengshu.engines.cases import api
from chengshu.engines.registers import api as registers
from chengshu.foundation.files.downloads import disposition
from chengshu.foundation.http.doors import Door, door
from chengshu.hub.inbox import case_file, entry, showing


@require_safe
@door(Door.SIGNED_IN)
def print_case(request: HttpRequest, case_id: int, file_format: str) -> HttpResponse:
    case = api.case_view(case_id)
    forms = [registers.submission_view(one) for one in entry.submissions_of(case)]
    name, content = case_file.case_file(case, forms, showing.opinions(case), file_format)
    response = HttpResponse(content, content_type=case_file.media_type(file_format))
    response["Content-Disposition"] = disposition(name)
    return response
