"""The e-mail that carries an invitation's link."""

from django.core.mail import send_mail
from django.template.loader import render_to_string
from django.utils import translation

from registry.models import Invitation, User


def mail_invitation(invitation: Invitation, link: str) -> None:
    """Send the link, in the recipient's language."""
    reader = User.objects.filter(email=invitation.email).first()
    language = (reader and reader.language) or invitation.jurisdiction.language
    with translation.override(language):
        subject = translation.gettext("Your invitation to the precursor portal")
        content = {"invitation": invitation, "link": link}
        body = render_to_string("register/mail/invitation.txt", content)
        send_mail(subject, body, None, [invitation.email])
