import secrets
from datetime import timedelta

from django.db import transaction
from django.utils import timezone
from rest_framework import viewsets
from rest_framework.decorators import action
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from bench.naive.models import Authorization, History, Quota
from bench.naive.serializers import AuthorizationSerializer, SaleSerializer


class AuthorizationViewSet(viewsets.ModelViewSet):
    serializer_class = AuthorizationSerializer
    queryset = Authorization.objects.all()
    lookup_field = "code"

    @transaction.atomic
    def perform_create(self, serializer: AuthorizationSerializer) -> None:
        firm = self.request.user.firm
        asked = serializer.validated_data
        quota = Quota.objects.select_for_update().get(firm=firm, precursor=asked["precursor"])
        if quota.used_kg + asked["quantity_kg"] > quota.limit_kg:
            raise ValidationError("This is more than the quota leaves.")
        quota.used_kg += asked["quantity_kg"]
        quota.save()
        authorization = serializer.save(
            buyer=firm,
            code=secrets.token_hex(6),
            valid_until=timezone.now() + timedelta(hours=72),
        )
        History.objects.create(authorization=authorization, kind="issued", user=self.request.user)

    @action(detail=True, methods=["post"])
    def sales(self, request: Request, code: str) -> Response:
        serializer = SaleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        with transaction.atomic():
            authorization = Authorization.objects.select_for_update().get(code=code)
            if authorization.seller_id != request.user.firm.pk:
                raise ValidationError("This code is another vendor's.")
            if authorization.status != "issued":
                raise ValidationError("This code has been used.")
            serializer.save(authorization=authorization)
            authorization.status = "closed"
            authorization.save()
            History.objects.create(authorization=authorization, kind="sale", user=request.user)
        return Response(serializer.data, status=201)
