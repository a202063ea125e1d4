"""Opening files of applications: materials by those who handle or filed it, papers by whoever may read them."""

from __future__ import annotations

from typing import BinaryIO

from chengshu.foundation.asking import asking
from chengshu.foundation.files.models import File
from chengshu.foundation.files.queries import file_by_id, open_file
from chengshu.hub.services import asked
from chengshu.hub.services.actions.papers import print_paper
from chengshu.hub.services.queries import papers


def material_file(file_id: int) -> File:
    """A file of one's own, or of an application that the asker may read.

    :raises Missing: if there is none
    """
    return file_by_id(file_id)


def paper_file(paper_id: int) -> File:
    """The file of a paper; one that is not printed yet is printed now.

    :raises Missing: if there is none that the asker may see
    """
    found = papers.row(paper_id)
    if found.file_id is None:
        with asking(asked.platform()):
            print_paper(paper_id=found.pk)
        found = papers.row(paper_id)
    return file_by_id(found.file_id or 0)


def open_paper(paper_id: int) -> tuple[str, BinaryIO]:
    """Name and bytes of a paper, printed now if it is not yet.

    :raises Missing: if there is none that the asker may see
    """
    file = paper_file(paper_id)
    return file.name, open_file(file)
