"""Any authorization, as officers see it, and what they may do with it."""

from functools import partial
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from authorizations import access, codes, operations
from authorizations.acts import counts
from authorizations.models import Authorization
from authorizations.models.authorization import LIVE
from pages.entry import enter
from pages.guards import officer_required
from pages.officer.dossier import dossier
from pages.officer.forms import FindForm
from pages.show import posted
from pages.verb_form import ReasonForm
from precursors.errors import Refused
from registry import clock
from registry.access import licenses_for
from registry.http import actor_of
from registry.models import License

LATEST = 20


@officer_required
def find_authorizations(request: HttpRequest) -> HttpResponse:
    """Find an authorization by its code, or among the latest."""
    rows = access.authorizations_for(actor_of(request))
    form = FindForm(request.GET if "code" in request.GET else None)
    found = form.act(partial(_find_by_code, rows)) if form.is_valid() else None
    if found:
        return redirect("officer:authorization", found.uuid)
    content = {"form": form, "latest": rows.order_by("-pk")[:LATEST]}
    return render(request, "officer/authorizations.html", content)


def _find_by_code(rows: QuerySet[Authorization], *, code: str) -> Authorization:
    found = rows.filter(code=codes.normalize(code)).first()
    if found is None:
        raise Refused("code_unknown", _("No authorization has this code."), field="code")
    return found


@officer_required
def show_authorization(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Everything about one authorization."""
    found = dossier(_authorization(request, uuid), at=clock.now(), by=actor_of(request))
    return render(request, "officer/authorization.html", {"dossier": found})


@officer_required
def revoke(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Take an issued code away."""
    authorization = _authorization(request, uuid)
    return enter(
        request,
        ReasonForm(posted(request)),
        partial(operations.revoke, authorization, by=actor_of(request)),
        back=_address(authorization),
        title=_("Revoke the code"),
        submit=_("Revoke the code"),
        done=_("The code is revoked, from now on."),
        caption=_caption(authorization),
        explanation=_(
            "The vendor is told not to sell against it. What may have been sold already stays"
            " held on the buyer's quota, and a sale that is reported later is still recorded."
        ),
        warning=True,
    )


@officer_required
def release(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Free what is held on an ended code."""
    authorization = _authorization(request, uuid)
    return enter(
        request,
        ReasonForm(posted(request)),
        partial(operations.release, authorization, by=actor_of(request)),
        back=_address(authorization),
        title=_("Release what is held"),
        submit=_("Release it"),
        done=_("What was held is free again."),
        caption=_caption(authorization),
        explanation=_(
            "The quantity counts as not sold and goes back to the buyer's quota. A sale that is"
            " reported later is still recorded and booked."
        ),
    )


@officer_required
def agree(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Accept the vendor's lower figure of a sale."""
    by = actor_of(request)
    sale = get_object_or_404(access.sales_for(by), uuid=uuid)
    root = sale.root_or_self
    return enter(
        request,
        ReasonForm(posted(request)),
        partial(operations.agree, sale, by=by),
        back=_address(sale.authorization),
        title=_("Agree to the lower figure"),
        submit=_("Agree"),
        done=_("The sale counts at the vendor's figure from now on."),
        caption=_caption(sale.authorization),
        explanation=_(
            "It is booked at %(counted)s kg of substance, because the vendor alone has reported"
            " less since. Once you agree it counts %(reported)s kg, and the rest is free again."
        )
        % {
            "counted": f"{counts.counted_kg(root).normalize():,f}",
            "reported": f"{counts.in_force(root).net_kg.normalize():,f}",
        },
    )


@officer_required
def confirm_claim(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Debit a sale without a code to its buyer."""
    by = actor_of(request)
    sale = get_object_or_404(access.sales_for(by), uuid=uuid)
    return enter(
        request,
        ReasonForm(posted(request)),
        partial(operations.confirm_claim, sale, by=by),
        back=_address(sale.authorization),
        title=_("Confirm the sale without a code"),
        submit=_("Confirm the sale"),
        done=_("The sale is debited to the buyer from now on."),
        caption=_caption(sale.authorization),
        explanation=_(
            "The vendor reports %(reported)s kg of substance, of which %(debited)s kg are debited"
            " to the buyer. Once you confirm it the whole is, even beyond its limit. Where you"
            " are not sure, let it stand: it takes nothing of the buyer's quota."
        )
        % {
            "reported": f"{counts.in_force(sale.root_or_self).net_kg.normalize():,f}",
            "debited": f"{sale.authorization.overage_kg.normalize():,f}",
        },
    )


@officer_required
def revoke_license(request: HttpRequest, uuid: UUID) -> HttpResponse:
    """Revoke a license, and with it every live code that stands on it."""
    by = actor_of(request)
    license = get_object_or_404(licenses_for(by), uuid=uuid)
    return enter(
        request,
        ReasonForm(posted(request)),
        partial(operations.revoke_license, license, by=by),
        back=reverse("register:firm", args=[license.organization.uuid]),
        title=_("Revoke the license"),
        submit=_("Revoke the license permanently"),
        done=_("The license is revoked, and its live codes with it."),
        caption=f"{license.organization} – {license}",
        explanation=f"{_('It cannot be given back: the firm needs a new one.')} "
        + _ending(access.authorizations_for(by), license),
        warning=True,
    )


def _ending(rows: QuerySet[Authorization], license: License) -> str:
    """How many codes end with a license, its firm being buyer or vendor."""
    stands_on_it = Q(permit__license=license) | Q(seller_permit__license=license)
    count = rows.filter(stands_on_it, status__in=LIVE).count()
    if not count:
        return _("No live code stands on it.")
    sentence = ngettext(
        "%(count)s live code ends with it, at once.",
        "%(count)s live codes end with it, at once.",
        count,
    )
    return sentence % {"count": count}


def _authorization(request: HttpRequest, uuid: UUID) -> Authorization:
    return get_object_or_404(access.authorizations_for(actor_of(request)), uuid=uuid)


def _address(authorization: Authorization) -> str:
    return reverse("officer:authorization", args=[authorization.uuid])


def _caption(authorization: Authorization) -> str:
    return authorization.code_in_fours or _("Without a code")
