"""Files through the API."""

from __future__ import annotations

from datetime import datetime

from django.http import HttpRequest, HttpResponseBase
from django.utils.translation import gettext_lazy as _
from ninja import File as FilePart
from ninja import Form, Query, Router, Schema, Status
from ninja.files import UploadedFile

from chengshu.foundation.errors import InvalidInput
from chengshu.foundation.files import queries
from chengshu.foundation.files.actions import store_file
from chengshu.foundation.files.downloads import send_file
from chengshu.foundation.files.models import File
from chengshu.foundation.files.purposes import purpose_of, require_size
from chengshu.foundation.http.doors import door
from chengshu.foundation.http.filters import Filters, lookup
from chengshu.foundation.http.idempotency import idempotent
from chengshu.foundation.http.openapi import failures
from chengshu.foundation.http.pagination import PageOf, PageQuery, paged
from chengshu.foundation.orgs.models import Unit

router = Router()


class FileOut(Schema):
    """One stored file."""

    id: int
    name: str
    unit: str
    purpose: str
    media_type: str
    size: int
    sha256: str
    sm3: str
    created_at: datetime

    @staticmethod
    def resolve_unit(file: File) -> str:
        return file.unit.key

    @staticmethod
    def resolve_size(file: File) -> int:
        return file.content.size

    @staticmethod
    def resolve_sha256(file: File) -> str:
        return file.content.sha256

    @staticmethod
    def resolve_sm3(file: File) -> str:
        return file.content.sm3


class FileFilters(Filters):
    """What a list of files may be narrowed by."""

    purpose: str | None = lookup("purpose")
    name: str | None = lookup("name__icontains")
    unit: str | None = lookup("unit__key")


@router.get(
    "",
    response={200: PageOf[FileOut], **failures(401, 403, 422)},
    operation_id="list_files",
    summary="Files of the units whose files the asker may see, newest first",
)
@door("files.view")
def list_files(
    request: HttpRequest, filters: Query[FileFilters], page: Query[PageQuery]
) -> dict[str, object]:
    return paged(request, filters.applied(request, queries.files()), page, order=("-created_at", "-id"))


@router.post(
    "",
    response={201: FileOut, **failures(401, 403, 409, 422)},
    operation_id="store_file",
    summary="Store a file of a unit",
)
@idempotent
@door("files.store_file", title=_("Store a file"))
def store(
    request: HttpRequest, file: FilePart[UploadedFile], unit: Form[str], purpose: Form[str] = ""
) -> Status[File]:
    owner = Unit.objects.filter(key=unit).first()
    if owner is None:
        raise InvalidInput(_("There is no such unit."), field="unit", code="unit_unknown")
    require_size(purpose_of(purpose), file.size or 0)
    stored = store_file(unit=owner, name=file.name or "", content=file.read(), purpose=purpose)
    return Status(201, stored)


@router.get(
    "/{int:pk}",
    response={200: FileOut, **failures(401, 403, 404)},
    operation_id="get_file",
    summary="What is known of one file",
)
@door("files.view")
def get_file(request: HttpRequest, pk: int) -> File:
    return queries.file_by_id(pk)


@router.get(
    "/{int:pk}/content",
    response={200: bytes, **failures(401, 403, 404, 503)},
    operation_id="download_file",
    summary="The bytes of one file; ranges and conditions are honoured",
)
@door("files.view")
def download_file(request: HttpRequest, pk: int) -> HttpResponseBase:
    return send_file(request, queries.file_by_id(pk))
