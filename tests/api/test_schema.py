"""The published description is the code's own, and names every code a problem may carry."""

import ast
import json
import re
from collections.abc import Iterator
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.management import call_command
from django.test import Client

from api.problem_codes import DOMAIN, OF_REQUESTS, OF_VALUES, REASONS

# Put together from parts where they are raised.
COMPOSED = {"not_live", "not_pending", "not_issued"}
# Refusals of acts that have no endpoint.
ONLY_ON_PAGES = {
    "already_member",
    "authorization_changed",
    "bad_data",
    "both_sides",
    "driver_exists",
    "email_invalid",
    "invitation_of_another",
    "issuing_not_halted",
    "invitation_over",
    "membership_ended",
    "not_a_manager",
    "not_an_officer",
    "not_drawn",
    "not_the_manager",
    "own_proposal",
    "password_weak",
    "product_of_another_precursor",
    "officers_invite_now",
    "operator_stays_apart",
    "recovery_by_a_person",
    "recovery_done",
    "recovery_of_oneself",
    "recovery_takes_officers",
    "recovery_unknown",
    "recovery_waits",
    "resumed_by_authority",
    "role_does_not_fit",
    "scope_missing",
    "scope_unknown",
    "sign_in_first",
    "too_few_officers",
}
ROOMS = ("precursors", "registry", "authorizations", "oversight", "audit")


@pytest.fixture(scope="module")
def published() -> dict[str, Any]:
    document: dict[str, Any] = json.loads((settings.BASE_DIR / "openapi.json").read_text())
    return document


def test_the_committed_description_is_current() -> None:
    generated = StringIO()
    call_command(
        "spectacular", format="openapi-json", fail_on_warn=True, validate=True, stdout=generated
    )
    committed = (settings.BASE_DIR / "openapi.json").read_text()
    assert json.loads(generated.getvalue()) == json.loads(committed), (
        "run: manage.py spectacular --format openapi-json --file openapi.json"
    )


def test_it_is_served(client: Client, published: dict[str, Any]) -> None:
    response = client.get("/api/v1/openapi.json")
    assert json.loads(b"".join(response.streaming_content)) == published  # type: ignore[attr-defined]
    assert published["openapi"].startswith("3.1")


def test_a_page_shows_it_under_the_strict_policy(client: Client) -> None:
    response = client.get("/api/docs/")
    page = response.content.decode()
    assert response.status_code == 200
    assert "<style" not in page and not re.search(r"<script(?![^>]*\bsrc=)", page)
    assert "unsafe" not in response.headers["Content-Security-Policy"]
    script = client.get("/api/docs/?script=").content.decode()
    assert "/api/v1/openapi.json" in script


def test_every_operation_says_who_may_and_what_may_go_wrong(published: dict[str, Any]) -> None:
    for path, methods in published["paths"].items():
        for method, operation in methods.items():
            place = f"{method} {path}"
            assert operation["security"] == [{"apiKey": []}], place
            assert {"401", "403", "404", "422", "429", "503"} <= set(operation["responses"]), place
            assert operation.get("description"), place


def test_every_operation_has_a_summary_a_tag_and_tells_its_scope(
    published: dict[str, Any],
) -> None:
    tags = {tag["name"] for tag in published["tags"]}
    assert published["servers"]
    for path, methods in published["paths"].items():
        for method, operation in methods.items():
            place = f"{method} {path}"
            assert 0 < len(operation["summary"]) <= 90, place
            assert set(operation["tags"]) <= tags, place
            assert "**A key of" in operation["description"], place


def test_no_text_for_those_who_work_on_the_portal_is_published(published: dict[str, Any]) -> None:
    text = json.dumps(published)
    for told in ("serializer", "the verb", "row_security", "HasScope", "once a thread"):
        assert told not in text, told


def test_bodies_are_closed_and_answers_whole(published: dict[str, Any]) -> None:
    for name, schema in published["components"]["schemas"].items():
        if name.endswith("Request"):
            assert schema["additionalProperties"] is False, name
        elif "properties" in schema and name != "Problem":
            assert set(schema["required"]) == set(schema["properties"]), name


def test_a_quantity_is_described_once(published: dict[str, Any]) -> None:
    text = json.dumps(published)
    assert text.count('"[gal_us]"') == 2  # told and answered
    assert text.count("schemas/Quantity") > 10


def test_every_answer_declares_its_headers(published: dict[str, Any]) -> None:
    declared = published["components"]["headers"]
    for methods in published["paths"].values():
        for operation in methods.values():
            for status, response in operation["responses"].items():
                assert set(response["headers"]) <= set(declared)
                assert "X-Request-ID" in response["headers"]
                assert ("Retry-After" in response["headers"]) is (status in {"429", "503"})


def test_the_type_of_a_problem_leads_to_its_code(client: Client, db: None) -> None:
    page = client.get("/api/docs/").content.decode()
    for code in (*OF_REQUESTS, *DOMAIN):
        assert page.count(f'id="{code}"') == 1, code
    for code in (*REASONS, *OF_VALUES):
        assert f"<code>{code}</code>" in page


def test_the_idempotency_key_is_described_where_it_is_obeyed(published: dict[str, Any]) -> None:
    required = set()
    for path, methods in published["paths"].items():
        if "post" in methods:
            parameters = {p["name"]: p for p in methods["post"]["parameters"]}
            assert "Idempotency-Key" in parameters, path
            if parameters["Idempotency-Key"].get("required"):
                required.add(path.removeprefix("/api/v1"))
    assert required == {
        "/authorizations",
        "/authorizations/{code}/sales",
        "/sales",
        "/sales/{id}/correction",
        "/sales/{id}/void",
        "/sales/{id}/receipt",
        "/sales/{id}/receipt/correction",
    }


def test_every_code_the_domain_refuses_with_is_published() -> None:
    refusals = set(refusal_codes(of_values=False)) | COMPOSED
    assert refusals - ONLY_ON_PAGES == set(DOMAIN)


def test_every_code_of_a_value_is_published() -> None:
    missing = set(refusal_codes(of_values=True)) - ONLY_ON_PAGES - set(OF_VALUES)
    assert not missing, "add these to api/problem_codes.py"


def test_every_reason_is_published(published: dict[str, Any]) -> None:
    assert set(texts_given_to("Reason")) == set(REASONS)
    assert published["components"]["schemas"]["ReasonCode"]["enum"] == sorted(REASONS)


def test_rules_and_states_are_published(published: dict[str, Any]) -> None:
    schemas = published["components"]["schemas"]
    assert "quantity_exceeded" in schemas["RuleEnum"]["enum"]
    assert "awaiting_second" in schemas["FlagShapeStateEnum"]["enum"]
    assert set(schemas["AuthorizationStatus"]["enum"]) >= {"pending", "issued", "closed"}
    assert "quota_exceeded" in schemas["ReasonCode"]["enum"]


def refusal_codes(*, of_values: bool) -> Iterator[str]:
    """The codes of every `Refused(…)` in the apps: those that name a field, or the others."""
    for call in calls_of("Refused"):
        if of_values is any(keyword.arg == "field" for keyword in call.keywords):
            yield from texts(call)


def texts_given_to(name: str) -> Iterator[str]:
    for call in calls_of(name):
        yield from texts(call)


def calls_of(name: str) -> Iterator[ast.Call]:
    for room in ROOMS:
        for file in Path(settings.BASE_DIR, room).rglob("*.py"):
            for node in ast.walk(ast.parse(file.read_text())):
                if isinstance(node, ast.Call) and getattr(node.func, "id", "") == name:
                    yield node


def texts(call: ast.Call) -> Iterator[str]:
    if call.args and isinstance(call.args[0], ast.Constant):
        yield str(call.args[0].value)
