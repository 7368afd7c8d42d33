"""The first page, by who comes."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render

from pages.buyer.home import awaits_answer, buyer_home
from pages.navigation import BUYER, VENDOR, audiences_of
from registry.http import portal_request


def home(request: HttpRequest) -> HttpResponse:
    """Lead everybody to where their work is."""
    by = portal_request(request).actor
    if not request.user.is_authenticated:
        return render(request, "landing.html")
    if by is not None and by.is_authority:
        return redirect("officer:queue")
    if by is None or by.organization is None:
        return render(request, "nobody.html")
    audiences = audiences_of(by)
    if VENDOR in audiences and BUYER not in audiences and not awaits_answer(by):
        return redirect("seller:counter")
    return buyer_home(request, sells=VENDOR in audiences)
