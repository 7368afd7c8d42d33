"""An officer confirms a sale without a code, so that it is debited to its buyer."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from authorizations.acts import counts
from authorizations.acts.locks import lock_settled
from authorizations.models import Agreement, Sale
from precursors.errors import Refused
from registry.actors import Actor
from registry.inputs import given_reason
from registry.sides import require_impartial
from rules.count import SaleStep, Word


@transaction.atomic
def confirm_claim(sale: Sale, *, reason: str, by: Actor) -> Agreement:
    """Debit a sale without a code to its buyer at the vendor's figure, whatever it answered.

    It tightens, so that one officer is enough. Raises Refused: not_the_authority,
    own_dealings, no_reason, nothing_to_confirm.
    """
    require_impartial(by, sale.authorization.buyer_id, sale.authorization.seller_id)
    reason = given_reason(reason)
    authorization, at = lock_settled(sale.authorization)
    root = sale.root_or_self
    if not counts.is_confirmable(authorization, counts.in_force(root)):
        raise Refused("nothing_to_confirm", _("Nothing of this sale is left to be confirmed."))
    agreement = Agreement(
        jurisdiction=authorization.jurisdiction,
        authorization=authorization,
        version=authorization.version + 1,
        sale=root,
        confirms_claim=True,
        reason=reason,
        recorded_at=at,
        agreed_by=by.user,
        api_key=by.api_key,
    )
    counts.change_counted(
        authorization,
        counts.rise_kg(root, SaleStep(Word.CONFIRMED)),
        kind="claim_confirmed",
        at=at,
        report=agreement,
        data={"reason": reason},
        by=by,
    )
    return agreement
