"""Guesses wait longer and longer; whoever is guessed at does not."""

from collections.abc import Callable
from datetime import timedelta
from time import perf_counter
from typing import Any

import pytest
from django.conf import settings as portal_settings
from django.core import mail
from django.core.cache import cache
from django.db.models import F
from django.test import Client

from registry import sign_in_guard, tasks
from registry.actors import Actor
from registry.models import AccessEntry, Alarm, KnownDevice, SignInCounter, User
from tests.cast import PASSWORD, Firm
from tests.security.sign_in import HOME, OFFICE, THIEF, WRONG, come, is_waiting, let_in, person

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plain")]
FREE = sign_in_guard.FREE
HOSTS = (
    "localhost",
    "LOCALHOST",
    "localhost.",
    "localhost:80",
    "localhost:8000",
    "localhost.:8000",
    "127.0.0.1",
    "127.0.0.1:8000",
    "[::1]",
    "[::1]:8000",
)


@pytest.fixture
def berta(buyer: Firm) -> User:
    return person(buyer.actor)


@pytest.fixture
def rosa(regulator: Actor) -> User:
    return person(regulator)


def guess(email: str, times: int, *, at: str = THIEF, **more: Any) -> list[int]:
    return [come(email, WRONG, at=at, **more).status_code for _each in range(times)]


def after(seconds: int) -> None:
    """Let time pass for every counter."""
    past = timedelta(seconds=seconds)
    SignInCounter.objects.update(counted_at=F("counted_at") - past)
    SignInCounter.objects.exclude(waits_until=None).update(waits_until=F("waits_until") - past)


def test_whoever_guesses_a_password_waits(berta: User) -> None:
    assert guess(berta.email, FREE + 1) == [200] * (FREE + 1)
    answer = come(berta.email, at=THIEF)  # the right one is not looked at either
    assert is_waiting(answer)
    assert 0 < int(answer["Retry-After"]) <= 15
    assert "Wait 1" in answer.content.decode()


def test_each_further_failure_doubles_the_wait_up_to_the_longest(berta: User) -> None:
    guess(berta.email, FREE)
    waits = []
    for _failure in range(9):
        assert guess(berta.email, 1) == [200]
        waits.append(int(come(berta.email, at=THIEF)["Retry-After"]))
        after(waits[-1] + 1)
    assert waits[:4] == [15, 30, 60, 120]
    assert waits[-1] == 60 * portal_settings.SIGN_IN_WAIT_MINUTES


def test_a_wait_is_over_in_time_and_success_begins_anew(berta: User) -> None:
    guess(berta.email, FREE + 1)
    after(16)
    assert let_in(come(berta.email, at=THIEF))
    assert guess(berta.email, FREE) == [200] * FREE


def test_ten_spellings_of_the_host_are_one_guesser(berta: User) -> None:
    for host in HOSTS[: FREE + 1]:
        assert guess(berta.email, 1, headers={"host": host}) == [200]
    for host in HOSTS:
        assert guess(berta.email, 1, headers={"host": host}) == [429]


def test_spellings_of_an_address_are_one_account(berta: User) -> None:
    local, _at, domain = berta.email.partition("@")
    spellings = [berta.email, berta.email.upper(), f"{local}@{domain.upper()}", f" {berta.email} "]
    assert guess(berta.email, FREE - 3) == [200] * (FREE - 3)
    for spelling in spellings:
        assert guess(spelling, 1) == [200]
    assert guess(spellings[1], 1) == [429]


def test_a_subscriber_of_ipv6_is_one_guesser(berta: User) -> None:
    for number in range(FREE + 1):
        assert guess(berta.email, 1, at=f"2001:db8:1:2::{number:x}") == [200]
    assert guess(berta.email, 1, at="2001:db8:1:2:ffff::9") == [429]
    assert guess(berta.email, 1, at="2001:db8:1:3::9") == [200]


def test_a_stranger_does_not_bar_an_officer_who_comes_from_elsewhere(rosa: User) -> None:
    guess(rosa.email, 60)
    assert is_waiting(come(rosa.email, at=THIEF))
    assert let_in(come(rosa.email, at=OFFICE))


def test_one_address_never_makes_the_account_wait_however_long_it_goes_on(rosa: User) -> None:
    counters = sign_in_guard.counters_of("password", str(rosa.pk), THIEF)
    for _tick in range(400):
        wait_s = sign_in_guard.charge(counters).wait_s
        assert SignInCounter.objects.get(kind="password.account").waits_until is None
        after(wait_s or 1)
    assert let_in(come(rosa.email, at=OFFICE))


def test_many_addresses_make_the_account_wait_but_not_a_device_that_is_known(rosa: User) -> None:
    own = Client()
    assert let_in(come(rosa.email, at=OFFICE, browser=own))
    own.post("/accounts/logout/", REMOTE_ADDR=OFFICE)
    for number in range(40):
        at = f"198.51.{number}.9"
        sign_in_guard.charge(sign_in_guard.counters_of("password", str(rosa.pk), at))
    assert is_waiting(come(rosa.email, at=OFFICE))
    assert let_in(come(rosa.email, at=OFFICE, browser=own))
    answer = come(rosa.email, at="192.0.2.200")
    assert int(answer["Retry-After"]) <= 300  # longer would be a lock


def test_everybody_behind_one_proxy_is_not_barred_by_one_of_them(rosa: User, berta: User) -> None:
    own = Client()
    assert let_in(come(rosa.email, at=OFFICE, browser=own))
    own.post("/accounts/logout/", REMOTE_ADDR=OFFICE)
    for number in range(60):
        nobody = sign_in_guard.account_key(None, f"nobody{number}@elsewhere.example")
        sign_in_guard.charge(sign_in_guard.counters_of("password", nobody, OFFICE))
    assert is_waiting(come(berta.email, at=OFFICE))
    assert let_in(come(rosa.email, at=OFFICE, browser=own))
    assert let_in(come(berta.email, at=HOME))


def test_a_known_device_guesses_no_more_than_others(rosa: User) -> None:
    own = Client()
    come(rosa.email, browser=own)
    own.post("/accounts/logout/", REMOTE_ADDR=HOME)
    tried = [come(rosa.email, WRONG, browser=own).status_code for _each in range(FREE + 2)]
    assert tried == [200] * (FREE + 1) + [429]


def test_a_device_is_known_for_those_who_used_it_and_by_its_last_cookie(
    rosa: User, berta: User
) -> None:
    own = Client()
    come(rosa.email, browser=own)
    copied = own.cookies["device"].value
    own.post("/accounts/logout/")
    assert not KnownDevice.objects.filter(user=berta).exists()
    come(rosa.email, browser=own)
    assert own.cookies["device"].value != copied
    thief = Client()
    thief.cookies["device"] = copied
    guess(rosa.email, FREE + 1, browser=thief)
    assert SignInCounter.objects.filter(kind="password.pair").exists()


@pytest.mark.parametrize("cookie", ["", "x", "x:y:z", "\x00", "a" * 4000])
def test_an_invented_cookie_is_no_device(berta: User, cookie: str) -> None:
    browser = Client()
    browser.cookies["device"] = cookie
    assert guess(berta.email, FREE + 2, browser=browser)[-1] == 429


def test_noise_flushes_nothing(berta: User) -> None:
    guess(berta.email, FREE + 1)
    cache.clear()
    kept = SignInCounter.objects.get(kind="password.pair")
    for number in range(500):
        nobody = sign_in_guard.account_key(None, f"noise{number}@elsewhere.example")
        at = f"10.{number % 250}.{number // 250}.1"
        sign_in_guard.charge(sign_in_guard.counters_of("password", nobody, at))
    assert SignInCounter.objects.get(pk=kept.pk).waits_until == kept.waits_until


def test_refused_tries_leave_no_row_and_an_account_has_one(berta: User) -> None:
    guess(berta.email, FREE + 1)
    counters, entries = SignInCounter.objects.count(), AccessEntry.objects.count()
    guess(berta.email, 50)
    assert SignInCounter.objects.count() == counters == 3
    assert AccessEntry.objects.count() == entries
    assert SignInCounter.objects.get(kind="password.account").key == str(berta.pk)


def test_names_that_are_no_account_share_a_fixed_number_of_counters() -> None:
    keys = {sign_in_guard.account_key(None, f"nobody{number}@x.example") for number in range(999)}
    assert max(len(key) for key in keys) == 5  # one sign and four digits: 65,536


def test_an_unknown_address_is_answered_like_a_known_one(berta: User) -> None:
    def answers(email: str, at: str) -> list[tuple[int, str]]:
        tried = [come(email, WRONG, at=at) for _each in range(FREE + 3)]
        return [(a.status_code, a.content.decode().replace(email, "")) for a in tried]

    known, unknown = answers(berta.email, THIEF), answers("nobody@x.example", "198.51.100.77")
    assert [status for status, _page in known] == [status for status, _page in unknown]
    for (_known, one), (_unknown, other) in zip(known, unknown, strict=True):
        errors = [page.partition("error-summary")[2][:600] for page in (one, other)]
        assert _without_figures(errors[0]) == _without_figures(errors[1])


def _without_figures(text: str) -> str:
    return "".join(sign for sign in text if not sign.isdigit())


def test_an_unknown_address_takes_as_long_as_a_known_one(berta: User, settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.PBKDF2PasswordHasher"]
    person_with(berta)

    def took(email: str, at: str) -> float:
        begun = perf_counter()
        come(email, WRONG, at=at)
        return perf_counter() - begun

    known = sorted(took(berta.email, f"198.51.100.{n}") for n in range(1, 6))[2]
    unknown = sorted(took("nobody@x.example", f"198.51.101.{n}") for n in range(1, 6))[2]
    assert 0.5 < known / unknown < 2


def person_with(user: User) -> None:
    user.set_password(PASSWORD)
    user.save(update_fields=["password"])


def test_the_second_step_waits_too(rosa: User, guess_codes: Callable[[int], list[int]]) -> None:
    assert guess_codes(FREE + 2) == [200] * (FREE + 1) + [429]
    assert Alarm.objects.get(kind="codes_guessed").user == rosa


@pytest.fixture
def guess_codes(rosa: User) -> Callable[[int], list[int]]:
    """Try second steps as somebody who knows the password."""
    from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret

    TOTP.activate(rosa, generate_totp_secret())
    thief = Client()
    come(rosa.email, at=THIEF, browser=thief)

    def tried(times: int) -> list[int]:
        codes = [{"code": f"00000{number}"[-6:]} for number in range(times)]
        address = "/accounts/2fa/authenticate/"
        return [thief.post(address, code, REMOTE_ADDR=THIEF).status_code for code in codes]

    return tried


def test_the_password_asked_for_at_an_open_browser_waits_too(berta: User, settings: Any) -> None:
    settings.FIRM_FACTOR = "password"
    browser = Client()
    come(berta.email, browser=browser)
    values = {"oldpassword": WRONG, "password1": "quite another thing", "password2": ""}
    page = "/accounts/password/change/"
    tried = [browser.post(page, values, REMOTE_ADDR=HOME).status_code for _ in range(FREE + 2)]
    assert tried == [200] * (FREE + 1) + [429]


def test_links_that_are_not_valid_wait_and_a_valid_one_opens(berta: User) -> None:
    Client().post("/accounts/password/reset/", {"email": berta.email}, REMOTE_ADDR=HOME)
    link = next(word for word in mail.outbox[0].body.split() if "/reset/key/" in word)
    missed = {
        Client().get(f"/invitation/guess{n}/", REMOTE_ADDR=THIEF).status_code for n in range(15)
    }
    missed |= {
        Client().get(f"/accounts/password/reset/key/1-abc-{n}/", REMOTE_ADDR=THIEF).status_code
        for n in range(20)
    }
    assert missed == {409, 200, 429}
    valid = Client().get(link.partition("localhost:8000")[2], REMOTE_ADDR=THIEF)
    assert valid.status_code == 302


def test_letters_asked_for_again_and_again_are_few_and_no_answer_tells(berta: User) -> None:
    told = set()
    for number in range(9):
        for email in (berta.email, "nobody@x.example"):
            at = f"198.51.{number}.9"
            answer = Client().post("/accounts/password/reset/", {"email": email}, REMOTE_ADDR=at)
            told.add((answer.status_code, answer["Location"]))
    assert told == {(302, "/accounts/password/reset/done/")}
    sent = [letter.to[0] for letter in mail.outbox]
    assert sent.count(berta.email) == sent.count("nobody@x.example") == 3


def test_one_address_does_not_write_to_everybody(db: None) -> None:
    answers = [
        Client()
        .post("/accounts/password/reset/", {"email": f"a{n}@x.example"}, REMOTE_ADDR=THIEF)
        .status_code
        for n in range(20)
    ]
    assert answers[-1] == 429
    assert len(mail.outbox) == 11


def test_many_failures_are_told_to_the_account_once_by_the_worker(
    berta: User, django_capture_on_commit_callbacks: Any
) -> None:
    guess(berta.email, FREE + 1)
    after(20)
    guess(berta.email, 2)
    assert not mail.outbox  # a letter would take time that an unknown address does not
    with django_capture_on_commit_callbacks(execute=True):
        tasks.tell_alarms()
        tasks.tell_alarms()
    assert [letter.to for letter in mail.outbox] == [[berta.email]]
    assert THIEF in mail.outbox[0].body


def test_old_counters_are_removed(berta: User) -> None:
    guess(berta.email, FREE + 1)
    tasks.forget_access()
    assert SignInCounter.objects.count() == 3
    after(5 * 24 * 60 * 60)
    tasks.forget_access()
    assert not SignInCounter.objects.exists()
