"""Sites, vehicles and drivers."""

from django.db import models
from django.db.models import Q
from uuid6 import uuid7

from registry.plates import write_plate

PAPER_LENGTH = 100  # letters of a driver's papers, of whatever country


class Site(models.Model):
    """A place where a firm keeps or sells controlled goods."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    organization = models.ForeignKey("registry.Organization", models.PROTECT, related_name="sites")
    name = models.CharField(max_length=200)
    address = models.CharField(max_length=300)
    ubigeo = models.CharField(max_length=6, blank=True)  # INEI district code
    latitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    longitude = models.DecimalField(max_digits=9, decimal_places=6, null=True, blank=True)
    storage_limit_value = models.DecimalField(
        max_digits=18, decimal_places=3, null=True, blank=True
    )
    storage_limit_unit = models.CharField(max_length=10, blank=True)
    storage_limit_kg = models.DecimalField(
        max_digits=20, decimal_places=6, null=True, blank=True
    )  # mass of product
    proposal = models.OneToOneField(
        "registry.Proposal", models.PROTECT, null=True, related_name="site"
    )  # where it took two
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # named in nothing new since

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(latitude__isnull=True, longitude__isnull=True)
                | Q(
                    # A check passes when it is null: half a position must be false.
                    latitude__isnull=False,
                    longitude__isnull=False,
                    latitude__range=(-90, 90),
                    longitude__range=(-180, 180),
                ),
                name="site_lies_on_earth",
            ),
            models.CheckConstraint(
                condition=Q(ubigeo="") | Q(ubigeo__regex=r"^(0[1-9]|1[0-9]|2[0-5])[0-9]{4}$"),
                name="ubigeo_is_six_digits_of_a_department",
            ),
            models.CheckConstraint(
                condition=Q(storage_limit_kg__isnull=True) | Q(storage_limit_kg__gt=0),
                name="storage_limit_is_positive",
            ),
        ]

    def __str__(self) -> str:
        return self.name


class Vehicle(models.Model):
    """A vehicle by its plate (letters and digits alone, in capitals)."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    organization = models.ForeignKey(
        "registry.Organization", models.PROTECT, related_name="vehicles"
    )
    plate = models.CharField(max_length=15)
    kind = models.CharField(max_length=50)
    capacity_value = models.DecimalField(max_digits=18, decimal_places=3, null=True, blank=True)
    capacity_unit = models.CharField(max_length=10, blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # named in nothing new since

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["jurisdiction", "plate"],
                condition=Q(retired_at__isnull=True),
                name="plate_is_unique_in_a_jurisdiction",
            ),
            models.CheckConstraint(
                condition=Q(plate__regex=r"^[A-Z0-9]{3,15}$"), name="plate_is_letters_and_digits"
            ),
        ]
        indexes = [
            # Read by every report of a sale, which may be of a day before it was retired.
            models.Index(fields=["jurisdiction", "plate"], name="vehicle_of_plate"),
        ]

    def __str__(self) -> str:
        return write_plate(self.plate)


class Driver(models.Model):
    """A driver a firm has declared. The document number is personal and stays out of events."""

    uuid = models.UUIDField(default=uuid7, unique=True, editable=False)
    jurisdiction = models.ForeignKey("registry.Jurisdiction", models.PROTECT)
    organization = models.ForeignKey(
        "registry.Organization", models.PROTECT, related_name="drivers"
    )
    name = models.CharField(max_length=150)
    document = models.CharField(max_length=PAPER_LENGTH)
    license = models.CharField(max_length=PAPER_LENGTH, blank=True)
    created_at = models.DateTimeField()
    retired_at = models.DateTimeField(null=True)  # named in nothing new since

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "document"],
                condition=Q(retired_at__isnull=True),
                name="driver_is_declared_once",
            ),
        ]

    def __str__(self) -> str:
        return self.name
