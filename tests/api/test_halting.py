"""What a program is told while no codes are issued."""

from typing import Any

from audit.halt import halt_issuing
from tests.api.programs import Program, problem
from tests.audit.resuming import resume_issuing


def test_a_request_is_answered_503_and_may_be_sent_again(
    buyer_api: Program, request_body: dict[str, Any]
) -> None:
    halt_issuing(because=["8 no code twice"])
    response = buyer_api.post("/authorizations", request_body, key="mine")
    assert problem(response, 503, "issuing_halted")
    assert int(response.headers["Retry-After"]) > 0
    resume_issuing(reason="mended")
    again = buyer_api.post("/authorizations", request_body, key="mine")
    assert again.status_code == 201 and "Idempotent-Replay" not in again.headers


def test_a_sale_is_taken(vendor_api: Program, code: str, sale_body: dict[str, Any]) -> None:
    halt_issuing(because=["8 no code twice"])
    assert vendor_api.post(f"/authorizations/{code}/sales", sale_body).status_code == 201
