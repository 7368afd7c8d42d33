"""Keeps a session alive while somebody is still typing."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe


@require_safe
@never_cache
def renew(request: HttpRequest) -> HttpResponse:
    """204 to somebody signed in, whose session every answer renews; 401 once it has ended."""
    return HttpResponse(status=204 if request.user.is_authenticated else 401)
