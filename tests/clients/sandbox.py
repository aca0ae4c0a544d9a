"""Goes through the sandbox's REST API with Twilio's official client for Python.

Run by the tests of crates/twilio-sim, which say by environment variables where the sandbox is. It
ends with an error at the first thing that is not as at Twilio; its last line of output is an access
token that a key made here has signed.
"""

import os
import time
from datetime import datetime, timedelta, timezone

import requests
from twilio.base.exceptions import TwilioRestException
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.rest import Client

BASE = os.environ["SANDBOX_URL"]
ACCOUNT = os.environ["ACCOUNT_SID"]
AUTH_TOKEN = os.environ["AUTH_TOKEN"]
HOOKS = os.environ["HOOKS"]
OURS = "+12025550100"
PATIENCE_S = 30


def client(user=ACCOUNT, password=AUTH_TOKEN, account=ACCOUNT):
    made = Client(user, password, account)
    made.api.base_url = BASE
    return made


def equal(found, expected):
    assert found == expected, f"{found!r} is not {expected!r}"


def refused(http_status, code, ask, *arguments, **named):
    try:
        ask(*arguments, **named)
    except TwilioRestException as error:
        equal((error.status, error.code), (http_status, code))
        assert error.msg
        return
    raise AssertionError(f"not refused with {code}")


def until(ask, right):
    """Asks until the answer is right; the answers are the clock."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = ask()
        if right(found):
            return found
    raise AssertionError(f"never right: {found!r}")


def accounts(twilio):
    account = twilio.api.v2010.accounts(ACCOUNT).fetch()
    equal((account.sid, account.status, account.type), (ACCOUNT, "active", "Full"))
    assert abs(account.date_created - datetime.now(timezone.utc)) < timedelta(hours=1)
    renamed = twilio.api.v2010.accounts(ACCOUNT).update(friendly_name="Soft & Phone é")
    equal(renamed.friendly_name, "Soft & Phone é")
    equal([it.sid for it in twilio.api.v2010.accounts.list(limit=2)], [ACCOUNT])
    equal(twilio.balance.fetch().currency, "USD")


def subaccounts(twilio):
    made = twilio.api.v2010.accounts.create(friendly_name="Sub & é")
    equal((made.friendly_name, made.status, made.owner_account_sid), ("Sub & é", "active", ACCOUNT))
    listed = twilio.api.v2010.accounts.list(friendly_name="Sub & é")
    equal([it.sid for it in listed], [made.sid])
    own = client(made.sid, made.auth_token, made.sid)
    equal(own.applications.list(), [])
    application = own.applications.create(friendly_name="its own")
    equal(application.account_sid, made.sid)
    of_sub = twilio.api.v2010.accounts(made.sid)
    equal([it.sid for it in of_sub.applications.list()], [application.sid])
    refused(404, 20404, twilio.applications(application.sid).fetch)
    refused(401, 20003, client(made.sid, made.auth_token).balance.fetch)
    equal(of_sub.update(status="suspended").status, "suspended")
    refused(403, 20005, own.balance.fetch)
    equal(of_sub.update(status="closed").status, "closed")
    refused(400, 21479, of_sub.update, status="active")
    refused(400, 21477, twilio.api.v2010.accounts(ACCOUNT).update, status="closed")


def numbers(twilio):
    countries = twilio.available_phone_numbers.list()
    equal([it.country_code for it in countries], ["US", "CA", "GB"])
    equal(twilio.available_phone_numbers("GB").fetch().country, "United Kingdom")
    us = twilio.available_phone_numbers("US")
    local = us.local.list(area_code=510, voice_enabled=True, limit=3)
    equal(len(local), 3)
    assert all(it.phone_number.startswith("+1510") for it in local)
    assert local[0].capabilities["voice"]
    assert us.local.list(contains="555****", in_region="CA", limit=3)
    assert us.toll_free.list(limit=1)
    assert twilio.available_phone_numbers("GB").mobile.list(limit=1)
    equal(us.local.list(sms_enabled=True), [])

    before = float(twilio.balance.fetch().balance)
    bought = twilio.incoming_phone_numbers.create(
        phone_number=local[0].phone_number,
        friendly_name="My #1",
        voice_url="https://x.example/voice/incoming?a=1&b=ü",
        voice_method="POST",
    )
    equal(bought.friendly_name, "My #1")
    assert float(twilio.balance.fetch().balance) < before
    buy = twilio.incoming_phone_numbers.create
    refused(400, 21422, buy, phone_number=bought.phone_number)
    refused(400, 21421, buy, phone_number="nonsense")
    refused(400, 21452, buy, area_code="202")
    by_area = buy(area_code="212")
    one = twilio.incoming_phone_numbers(bought.sid)
    updated = one.update(voice_url="https://x.example/v", voice_method="GET", status_callback="https://x.example/s")
    equal((updated.voice_url, updated.voice_method), ("https://x.example/v", "GET"))
    equal(one.update(voice_url="").voice_url, None)
    equal(one.fetch().status_callback, "https://x.example/s")
    refused(400, 21402, one.update, voice_url="nonsense")
    found = twilio.incoming_phone_numbers.list(phone_number=bought.phone_number)
    equal([it.sid for it in found], [bought.sid])
    every = twilio.incoming_phone_numbers.list(page_size=1)
    equal([it.sid for it in every][:2], [by_area.sid, bought.sid])
    equal(every[2].phone_number, OURS)
    assert one.delete()
    refused(404, 20404, one.fetch)


def applications(twilio):
    made = [
        twilio.applications.create(friendly_name=f"soft {at}", voice_url=f"{HOOKS}/hang-up", voice_method="POST")
        for at in range(4)
    ]
    listed = [it.sid for it in twilio.applications.list(page_size=2)]
    equal(listed[1:], [it.sid for it in made])
    page = twilio.applications.page(page_size=2)
    equal(page.previous_page(), None)
    second = page.next_page()
    equal([it.sid for it in second], [made[1].sid, made[2].sid])
    equal([it.sid for it in second.previous_page()], listed[:2])
    equal([it.sid for it in second.next_page()], [made[3].sid])
    equal(second.next_page().next_page(), None)
    equal([it.sid for it in twilio.applications.list(friendly_name="soft 2")], [made[2].sid])
    one = twilio.applications(made[0].sid)
    equal(one.update(voice_url=f"{HOOKS}/stay").voice_url, f"{HOOKS}/stay")
    equal(one.fetch().friendly_name, "soft 0")
    for it in made[1:]:
        assert it.delete()
    refused(404, 20404, twilio.applications(made[1].sid).fetch)
    return made[0].sid


def keys(twilio):
    kept = twilio.new_keys.create(friendly_name="softphone")
    gone = twilio.new_keys.create()
    one = twilio.keys(gone.sid)
    equal(one.fetch().friendly_name, "")
    equal(one.update(friendly_name="n").friendly_name, "n")
    assert {kept.sid, gone.sid} <= {it.sid for it in twilio.keys.list()}
    assert one.delete()
    # Of a list, this client does not tell what was wrong.
    refused(401, 20003, client(gone.sid, gone.secret).balance.fetch)
    by_key = client(kept.sid, kept.secret)
    assert by_key.incoming_phone_numbers.list(limit=1)
    refused(401, 20003, by_key.keys(kept.sid).fetch)
    return kept


def calls(twilio, application):
    stay = "<Response><Pause length='600'/></Response>"
    begun = datetime.now(timezone.utc) - timedelta(minutes=1)
    make = twilio.calls.create
    call = make(to="+12025550200", from_=OURS, twiml=stay)
    equal((call.direction, call.to, call.account_sid), ("outbound-api", "+12025550200", ACCOUNT))
    one = twilio.calls(call.sid)
    until(one.fetch, lambda it: it.status == "in-progress")
    equal(one.update(url=f"{HOOKS}/stay", method="POST").status, "in-progress")
    equal(one.update(twiml=stay).status, "in-progress")
    running = twilio.calls.list(status="in-progress", start_time_after=begun)
    assert call.sid in [it.sid for it in running]
    equal(one.update(status="completed").status, "completed")
    assert one.fetch().end_time
    refused(400, 21220, one.update, twiml=stay)

    ringing = make(to="+12025550103", from_=OURS, url=f"{HOOKS}/stay", timeout=30)
    until(twilio.calls(ringing.sid).fetch, lambda it: it.status == "ringing")
    equal(twilio.calls(ringing.sid).update(status="canceled").status, "canceled")
    by_application = make(
        to="+12025550200",
        from_=OURS,
        application_sid=application,
        status_callback=f"{HOOKS}/status",
        status_callback_event=["initiated", "completed"],
    )
    until(twilio.calls(by_application.sid).fetch, lambda it: it.status == "in-progress")
    equal(twilio.calls(by_application.sid).update(status="completed").status, "completed")
    nobody = make(to="client:nobody", from_=OURS, twiml=stay)
    until(twilio.calls(nobody.sid).fetch, lambda it: it.status == "no-answer")

    listed = [it.sid for it in twilio.calls.list(page_size=2)]
    equal(listed[:4], [nobody.sid, by_application.sid, ringing.sid, call.sid])
    equal([it.sid for it in twilio.calls.list(to="+12025550103")], [ringing.sid])
    equal(twilio.calls.list(start_time_before=begun - timedelta(days=2)), [])
    refused(400, 21211, make, to="nonsense", from_=OURS, twiml=stay)
    refused(400, 21210, make, to="+12025550101", from_="+15105550199", twiml=stay)
    refused(400, 21205, make, to="+12025550101", from_=OURS)
    refused(404, 20404, twilio.calls("CA" + "0" * 32).fetch)


def extras(twilio):
    make = twilio.calls.create
    stay = "<Response><Pause length='600'/></Response>"
    # This phone plays a tone and hangs up after a second.
    call = make(
        to="+12025550301",
        from_=OURS,
        twiml=stay,
        record=True,
        recording_channels="dual",
        recording_track="both",
        trim="do-not-trim",
        recording_status_callback=f"{HOOKS}/status",
        recording_status_callback_event=["in-progress", "completed"],
        machine_detection="Enable",
        async_amd="true",
        async_amd_status_callback=f"{HOOKS}/status",
    )
    over = until(twilio.calls(call.sid).fetch, lambda it: it.status == "completed")
    equal(over.answered_by, "human")
    found = until(lambda: twilio.calls(call.sid).recordings.list(), len)
    equal((found[0].source, found[0].channels), ("OutboundAPI", 2))
    assert twilio.recordings(found[0].sid).delete()
    keys = make(to="+12025550107", from_=OURS, twiml=stay, send_digits="1w#")
    until(twilio.calls(keys.sid).fetch, lambda it: it.status == "in-progress")
    equal(twilio.calls(keys.sid).update(status="completed").answered_by, None)
    refused(400, 21206, make, to="+12025550107", from_=OURS, twiml=stay, send_digits="none")


def recordings(twilio):
    # This phone answers after a second and plays a tone.
    record = f"<Response><Record maxLength='1' playBeep='false' action='{HOOKS}/hang-up'/></Response>"
    call = twilio.calls.create(to="+12025550330", from_=OURS, twiml=record)
    found = until(lambda: twilio.recordings.list(call_sid=call.sid), len)
    recording = twilio.recordings(found[0].sid).fetch()
    equal((recording.call_sid, recording.source, recording.channels), (call.sid, "RecordVerb", 1))
    media = requests.get(recording.media_url + ".wav", auth=(ACCOUNT, AUTH_TOKEN), timeout=PATIENCE_S)
    equal((media.status_code, media.content[:4], media.content[8:12]), (200, b"RIFF", b"WAVE"))
    equal(requests.get(recording.media_url, timeout=PATIENCE_S).status_code, 401)
    equal([it.sid for it in twilio.calls(call.sid).recordings.list()], [recording.sid])
    today = datetime.now(timezone.utc)
    equal(len(twilio.recordings.list(date_created_after=today - timedelta(days=1))), 1)
    assert twilio.recordings(recording.sid).delete()
    refused(404, 20404, twilio.recordings(recording.sid).fetch)


def main():
    refused(401, 20003, client(password="wrong").balance.fetch)
    twilio = client()
    accounts(twilio)
    subaccounts(twilio)
    numbers(twilio)
    application = applications(twilio)
    key = keys(twilio)
    calls(twilio, application)
    extras(twilio)
    recordings(twilio)
    token = AccessToken(ACCOUNT, key.sid, key.secret, identity="ann", ttl=3600)
    token.add_grant(VoiceGrant(outgoing_application_sid=application, incoming_allow=True))
    print(token.to_jwt())


main()
