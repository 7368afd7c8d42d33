from django.conf import settings
from django.db import models


def kilograms(**options: object) -> models.DecimalField:
    return models.DecimalField(max_digits=20, decimal_places=6, **options)


class Firm(models.Model):
    user = models.OneToOneField(settings.AUTH_USER_MODEL, models.PROTECT)
    tax_id = models.CharField(max_length=20, unique=True)


class Quota(models.Model):
    firm = models.ForeignKey(Firm, models.PROTECT)
    precursor = models.CharField(max_length=50)
    limit_kg = kilograms()
    used_kg = kilograms(default=0)

    class Meta:
        unique_together = [("firm", "precursor")]


class Authorization(models.Model):
    code = models.CharField(max_length=12, unique=True)
    buyer = models.ForeignKey(Firm, models.PROTECT, related_name="purchases")
    seller = models.ForeignKey(Firm, models.PROTECT, related_name="supplies")
    precursor = models.CharField(max_length=50)
    quantity_kg = kilograms()
    status = models.CharField(max_length=10, default="issued")
    issued_at = models.DateTimeField(auto_now_add=True)
    valid_until = models.DateTimeField()


class Sale(models.Model):
    authorization = models.ForeignKey(Authorization, models.PROTECT, related_name="sales")
    sold_at = models.DateTimeField()
    quantity_kg = kilograms()
    plate = models.CharField(max_length=15)
    invoice = models.CharField(max_length=50, blank=True)
    recorded_at = models.DateTimeField(auto_now_add=True)


class History(models.Model):
    authorization = models.ForeignKey(Authorization, models.PROTECT)
    kind = models.CharField(max_length=20)
    user = models.ForeignKey(settings.AUTH_USER_MODEL, models.PROTECT)
    at = models.DateTimeField(auto_now_add=True)
