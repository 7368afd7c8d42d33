"""Keys: told once, kept as a hash, refused once revoked."""

import hashlib
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.http import HttpRequest
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIRequestFactory
from rest_framework.views import APIView

from api.authentication import KEY
from config.logs import mask
from registry import operations
from registry.actors import Actor
from registry.models import ApiKey, Event, Jurisdiction, Organization
from tests.registry.numbers import ruc


class Desk(APIView):
    scopes = {"GET": (), "POST": ("buy", "sell")}

    def get(self, request: Request) -> Response:
        by: Actor = request.actor  # type: ignore[attr-defined]
        return Response({"owner": by.organization and by.organization.tax_id})

    def post(self, request: Request) -> Response:
        return Response(status=201)

    def put(self, request: Request) -> Response:
        return Response()


class Office(Desk):
    authority = True


class Counter(Desk):
    firm = True


def ask(key: str | None, view: Any = Desk, method: str = "get") -> Response:
    headers = {} if key is None else {"HTTP_AUTHORIZATION": f"Bearer {key}"}
    request: HttpRequest = getattr(APIRequestFactory(), method)("/", **headers)
    request.actor = None  # type: ignore[attr-defined]
    response: Response = view.as_view()(request)
    return response


@pytest.fixture
def firm_key(buyer: Organization, jurisdiction: Jurisdiction) -> str:
    return operations.issue_api_key(
        jurisdiction=jurisdiction, organization=buyer, name="ERP", scopes=["buy"]
    )[1]


@pytest.fixture
def authority_key(jurisdiction: Jurisdiction) -> str:
    return operations.issue_api_key(
        jurisdiction=jurisdiction, organization=None, name="HQ", scopes=["registry:write"]
    )[1]


def test_only_the_hash_of_a_key_is_kept(firm_key: str) -> None:
    key = ApiKey.objects.get()
    assert KEY.fullmatch(firm_key)
    assert firm_key.startswith(f"{key.prefix}_")
    assert key.secret_hash == hashlib.sha256(firm_key.encode()).hexdigest()
    assert firm_key.removeprefix(key.prefix) not in str(Event.objects.values_list("data"))


def test_a_key_acts_for_its_firm_in_one_query(  # type: ignore[no-untyped-def]
    firm_key: str, buyer: Organization, django_assert_num_queries
) -> None:
    ask(firm_key)  # from now on the connection knows the statement
    with django_assert_num_queries(1):
        answer = ask(firm_key)
    assert (answer.status_code, answer.data["owner"]) == (200, buyer.tax_id)


@pytest.mark.parametrize(
    "wrong", ["", "nonsense", "pk_live_abcdefgh_" + "x" * 43, "pk_live_ab\x00defgh_" + "x" * 43]
)
def test_an_unknown_key_is_refused(db: None, wrong: str) -> None:
    assert ask(wrong).status_code == 401


def test_no_key_at_all_is_refused(db: None) -> None:
    answer = ask(None)
    assert (answer.status_code, answer["WWW-Authenticate"]) == (401, "Bearer")


def test_a_wrong_secret_of_a_known_key_is_refused(firm_key: str) -> None:
    last = "A" if firm_key[-1] != "A" else "B"
    assert ask(firm_key[:-1] + last).status_code == 401


def test_a_revoked_key_is_refused_at_once(firm_key: str, regulator: Actor) -> None:
    call_command("revoke_api_key", ApiKey.objects.get().prefix, verbosity=0)
    answer = ask(firm_key)
    assert (answer.status_code, answer.data["code"]) == (401, "key_revoked")
    assert Event.objects.filter(kind="api_key.revoked").count() == 1


def test_a_key_does_what_its_scopes_say(firm_key: str, authority_key: str) -> None:
    assert ask(firm_key, method="post").status_code == 201
    answer = ask(authority_key, method="post")
    assert (answer.status_code, answer.data["code"]) == (403, "scope_missing")


def test_a_method_without_an_entry_is_shut(firm_key: str) -> None:
    assert ask(firm_key, method="put").status_code == 403
    assert ask(firm_key, method="patch").status_code == 405


def test_the_authority_and_firms_keep_to_their_own(firm_key: str, authority_key: str) -> None:
    assert ask(firm_key, Office).status_code == 403
    assert ask(authority_key, Office).status_code == 200
    assert ask(firm_key, Counter).status_code == 200
    assert ask(authority_key, Counter).status_code == 403


# The command ---------------------------------------------------------------------------------


def issue(*arguments: str, capsys: Any) -> str:
    call_command("issue_api_key", *arguments)
    return str(capsys.readouterr().out).splitlines()[-1]


def test_the_key_is_the_last_line_printed(buyer: Organization, capsys: Any) -> None:
    options = ["--organization", buyer.tax_id, "--scopes", "sell, buy", "--name", "ERP"]
    secret = issue(*options, capsys=capsys)
    assert ask(secret).data == {"owner": buyer.tax_id}
    assert ApiKey.objects.get().scopes == ["buy", "sell"]
    assert secret.startswith("pk_live_")


def test_a_test_key_lives_in_the_sandbox(sandbox: Jurisdiction, capsys: Any) -> None:
    options = ["--authority", "--scopes", "registry:write", "--name", "Try", "--test"]
    secret = issue(*options, capsys=capsys)
    assert secret.startswith("pk_test_")
    assert ApiKey.objects.get().jurisdiction == sandbox


@pytest.mark.parametrize(
    ("options", "sentence"),
    [
        (["--organization", ruc(9), "--scopes", "buy"], "no firm with the tax number"),
        (["--organization", "123", "--scopes", "buy"], "valid RUC"),
        (["--authority", "--scopes", "buy,fly"], "Unknown scope: fly"),
        (["--authority", "--scopes", ","], "at least one scope"),
        (["--organization", ruc(1), "--scopes", "buy", "--test"], r"no firm .*\(pruebas\)"),
    ],
)
def test_a_wrong_option_is_told_in_one_sentence(  # type: ignore[no-untyped-def]
    buyer: Organization, options: list[str], sentence: str
) -> None:
    with pytest.raises(CommandError, match=sentence):
        call_command("issue_api_key", *options, "--name", "ERP")
    assert not ApiKey.objects.exists()


def test_the_operator_lists_keys_with_their_end_and_use(
    firm_key: str, authority_key: str, buyer: Organization, capsys: Any
) -> None:
    ask(firm_key)
    key = ApiKey.objects.get(organization=None)
    call_command("list_api_keys")
    of_firm, of_authority = capsys.readouterr().out.splitlines()
    assert buyer.tax_id in of_firm and "from 127.0.0.1" in of_firm and "expires 20" in of_firm
    assert "authority" in of_authority and "never used" in of_authority
    call_command("revoke_api_key", key.prefix, verbosity=0)
    capsys.readouterr()
    call_command("list_api_keys")
    assert key.prefix not in capsys.readouterr().out
    call_command("list_api_keys", "--all")
    assert f"{key.prefix}  PE authority  registry:write  revoked" in capsys.readouterr().out


def test_an_unknown_key_cannot_be_revoked(db: None) -> None:
    with pytest.raises(CommandError, match="There is no key"):
        call_command("revoke_api_key", "pk_live_nothing1")


def test_the_secret_of_a_key_or_a_link_stays_out_of_logs(firm_key: str) -> None:
    prefix = ApiKey.objects.get().prefix
    for secret in (firm_key, f"{prefix}_{'ab-cd_ef' * 6}"):
        assert mask(f"Bearer {secret} sent") == f"Bearer {prefix}_**** sent"
    assert mask("/invitation/ab-cd_ef/") == "/invitation/****/"


# For whom a key of the authority counts --------------------------------------------------------


def test_the_console_names_the_sponsor_and_the_bounds_and_officers_see_it(
    regulator: Actor, signed_in: Any
) -> None:
    call_command(
        "issue_api_key",
        "--authority",
        "--scopes=registry:grant",
        "--name=Ministry",
        "--sponsor=rosa@authority.example",
        "--largest-limit-kg=500",
        "--acts-a-day=3",
    )
    key = ApiKey.objects.get(name="Ministry")
    assert (key.sponsor, key.largest_limit_kg, key.acts_a_day) == (regulator.user, 500, 3)
    told = Event.objects.get(kind="api_key.issued", subject_id=key.pk).data
    assert (told["sponsor"], told["acts_a_day"]) == (key.sponsor_id, 3)
    assert key.prefix in signed_in(regulator).get("/approvals/").content.decode()


@pytest.mark.parametrize(
    "wrong",
    ["--sponsor=nobody@authority.example", "--acts-a-day=0", "--largest-limit-kg=-1"],
)
def test_the_console_refuses_a_sponsor_who_is_no_officer_and_odd_bounds(
    regulator: Actor, wrong: str
) -> None:
    with pytest.raises(CommandError):
        call_command("issue_api_key", "--authority", "--scopes=track", "--name=X", wrong)
    assert not ApiKey.objects.exists()
