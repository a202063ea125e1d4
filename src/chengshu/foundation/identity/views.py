from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from chengshu.foundation.http.doors import Door, door
from chengshu.foundation.http.pages import render


@door(Door.PUBLIC)
def sign_in(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/sign_in.html")


@door(Door.SIGNED_IN)
def sign_out(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/sign_in.html")


@door(Door.SIGNED_IN, while_password_expired=True)
def change_password(request: HttpRequest) -> HttpResponse:
    return render(request, "identity/sign_in.html")
