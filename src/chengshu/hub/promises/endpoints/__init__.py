"""The HTTP API of the promises."""

from ninja import Router

from chengshu.hub.promises.endpoints import board, proof, review, tables

router = Router()
for _part in (board, tables, review, proof):
    router.add_router("", _part.router)
