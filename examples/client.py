#!/usr/bin/env python3
"""Does the portal's main job over its API: authorize, sell, flag, review. Standard library only.

    python3 run.py                     # in one terminal
    python3 examples/client.py         # in another

Starts from nothing but the command that makes API keys. With AUTHORITY_KEY set, that key is used
instead of making one for the authority.
"""

import argparse
import json
import os
import secrets
import shlex
import subprocess
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_S = 60
Json = dict[str, Any]


class Refused(Exception):
    """The portal refused; its problem document states why."""


class Client:
    """One key, as one partner program would use it."""

    def __init__(self, base_url: str, key: str) -> None:
        self.base_url, self.key = base_url.rstrip("/") + "/api/v1", key

    def get(self, path: str) -> Json:
        return self._answer(self._request(path))

    def post(self, path: str, body: Json, *, idempotency_key: str = "") -> Json:
        """Send an act. Sent again with the same key, it has no second effect."""
        request = self._request(path, json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        request.add_header("Idempotency-Key", idempotency_key or secrets.token_hex(16))
        return self._answer(request)

    def _request(self, path: str, body: bytes | None = None) -> urllib.request.Request:
        headers = {"Authorization": f"Bearer {self.key}", "Accept-Language": "en"}
        return urllib.request.Request(self.base_url + path, body, headers)

    def _answer(self, request: urllib.request.Request) -> Json:
        try:
            with urllib.request.urlopen(request, timeout=30) as response:
                answer: Json = json.load(response)
                return answer
        except urllib.error.HTTPError as error:
            place = f"{request.get_method()} {request.full_url}"
            raise Refused(f"{place}: {error.code}\n{error.read().decode()}") from None


class Keys:
    """Makes API keys by the portal's own command."""

    def __init__(self, command: str) -> None:
        self.command = shlex.split(command)

    def of_authority(self) -> str:
        scopes = "registry:write,registry:grant,flags:read,flags:review"
        return os.environ.get("AUTHORITY_KEY") or self._made("--authority", "--scopes", scopes)

    def of_firm(self, tax_id: str, scopes: str) -> str:
        return self._made("--organization", tax_id, "--scopes", scopes)

    def _made(self, *arguments: str) -> str:
        command = [*self.command, *arguments, "--name", "Example client"]
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
        if done.returncode:
            sys.exit(f"{shlex.join(command)} failed:\n{done.stdout}{done.stderr}")
        return done.stdout.strip().splitlines()[-1]


def main() -> None:
    options = arguments()
    keys = Keys(options.issue_key)
    authority = Client(options.base_url, keys.of_authority())
    report("The authority has a key.")
    buyer_firm, vendor_firm = firms(authority)
    site = papers(authority, buyer_firm, "buy")
    yard = papers(authority, vendor_firm, "sell")
    plate = vehicle(authority, buyer_firm)
    buyer = Client(options.base_url, keys.of_firm(buyer_firm, "buy"))
    vendor = Client(options.base_url, keys.of_firm(vendor_firm, "sell"))
    report("Buyer and vendor have keys of their own.")
    code = request_code(buyer, vendor_firm, site)
    sale = sell(vendor, code, yard, plate)
    flag = wait_for_flag(authority, sale)
    review(authority, flag)


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--base-url", default="http://localhost:8000")
    parser.add_argument(
        "--issue-key",
        default=f"{sys.executable} run.py manage issue_api_key",
        help="the command that makes a key and prints it last",
    )
    return parser.parse_args()


def firms(authority: Client) -> tuple[str, str]:
    """Enter an invented buyer and an invented vendor."""
    serial = 10_000 + 2 * secrets.randbelow(44_000)
    numbers = tax_number(serial), tax_number(serial + 1)
    for number, name in zip(numbers, ("Example Paints", "Example Solvents"), strict=True):
        authority.post("/organizations", {"tax_id": number, "name": name})
        report(f"Entered {name}, tax number {number}.")
    return numbers


def tax_number(serial: int) -> str:
    """A Peruvian tax number of an invented firm, with its check digit."""
    body = f"20999{serial:05d}"
    weights = (5, 4, 3, 2, 7, 6, 5, 4, 3, 2)
    total = sum(weight * int(digit) for weight, digit in zip(weights, body, strict=True))
    return body + str((11 - total % 11) % 10)


def papers(authority: Client, firm: str, activity: str) -> str:
    """Give a firm its license, its permit and a site; returns the site's id."""
    today = date.today()
    license = {
        "number": f"EX-{firm}",
        "organization": firm,
        "valid_from": str(today - timedelta(days=1)),
        "valid_to": str(today + timedelta(days=365)),
    }
    authority.post("/licenses", license)
    permit = {
        "license": license["number"],
        "precursor": "acetone",
        "activity": activity,
        "limit": {"value": "5000", "unit": "kg"},
        "period": "month",
        "automatic_limit": {"value": "2000", "unit": "kg"},
    }
    authority.post("/permits", permit)
    place = {"organization": firm, "name": "Main yard", "address": "1 Invented Street"}
    site: str = authority.post("/sites", place)["id"]
    report(f"{firm} may {activity} up to 5,000 kg of acetone a month.")
    return site


def vehicle(authority: Client, firm: str) -> str:
    plate = f"EX{secrets.randbelow(10**5):05d}"
    authority.post("/vehicles", {"organization": firm, "plate": plate, "kind": "truck"})
    report(f"Entered the buyer's truck {plate}.")
    return plate


def request_code(buyer: Client, vendor_firm: str, site: str) -> str:
    room = buyer.get("/headroom?product=acetone&activity=buy")
    report(f"The buyer may still buy {room['available']} kg this month.")
    body = {
        "seller": vendor_firm,
        "product": "acetone",
        "quantity": {"value": "1000", "unit": "kg"},
        "destination_site": site,
        "purpose": "Lacquer",
    }
    granted = buyer.post("/authorizations", body)
    report(f"Authorized: 1,000 kg of acetone, code {granted['code']}, {granted['status']}.")
    return str(granted["code"])


def sell(vendor: Client, code: str, yard: str, plate: str) -> Json:
    """Look the code up, and report what the scale showed; twice, as a shaky line would."""
    shown = vendor.get(f"/authorizations/{code}")
    report(f"The vendor looked it up: {shown['remaining']} kg (net) may be sold.")
    sale_report = {
        "sold_at": datetime.now(UTC).isoformat(),
        "quantity": {"value": "1080", "unit": "kg"},
        "site": yard,
        "vehicle": {"plate": plate},
        "invoice": f"F001-{secrets.randbelow(10**8):08d}",
    }
    same_key = secrets.token_hex(16)
    path = f"/authorizations/{code}/sales"
    sale = vendor.post(path, sale_report, idempotency_key=same_key)
    again = vendor.post(path, sale_report, idempotency_key=same_key)
    report(f"Recorded: 1,080 kg sold, sale {sale['id']}. Sent twice, recorded once.")
    if again["id"] != sale["id"]:
        sys.exit("The repeated report became a second sale.")
    return sale


def wait_for_flag(authority: Client, sale: Json) -> Json:
    deadline = time.monotonic() + PATIENCE_S
    query = f"/flags?state=open&rule=quantity_exceeded&authorization={sale['authorization']}"
    while time.monotonic() < deadline:
        found = authority.get(query)["data"]
        if found:
            flag: Json = found[0]
            report(f"Flagged: {flag['rule']}, {flag['severity']}: {json.dumps(flag['evidence'])}")
            return flag
        time.sleep(0.5)
    sys.exit(f"No flag after {PATIENCE_S} s: is a worker running?")


def review(authority: Client, flag: Json) -> None:
    note = {"outcome": "explained", "note": "The tank was measured warm."}
    state = authority.post(f"/flags/{flag['id']}/review", note)["state"]
    report(
        f"Reviewed: the flag is {state}. The second officer is a person, and decides on a page."
    )
    if state != "awaiting_second":
        sys.exit(1)


def report(text: str) -> None:
    print(text, flush=True)


if __name__ == "__main__":
    try:
        main()
    except (Refused, urllib.error.URLError) as problem:
        sys.exit(str(problem))
