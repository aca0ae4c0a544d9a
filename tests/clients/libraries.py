"""Measures Twilio's official library for Python: documents, access tokens, signatures.

Run by `cargo xtask bench`; prints one line of JSON: what was made, nanoseconds. The same
as benches/libraries.rs of tests/harness and libraries.cjs do, in the same way: warm, in one process,
the best of many rounds, in processor time, which others on the machine disturb least.

With --check it reads such lines instead, and fails unless all say the same: documents that are
canonically equal, tokens that hold and grant the same, one signature.
"""

import json
import sys
import time
import xml.etree.ElementTree as ElementTree
from pathlib import Path
from urllib.parse import parse_qsl

import jwt
from twilio.jwt.access_token import AccessToken
from twilio.jwt.access_token.grants import VoiceGrant
from twilio.request_validator import RequestValidator
from twilio.twiml.voice_response import VoiceResponse

WARM_UP_S = 0.3
ROUND_S = 0.03
ROUNDS = 15

GIVEN = json.loads((Path(__file__).parent / "bench.json").read_text())


def dial():
    response = VoiceResponse()
    dial = response.dial(
        answer_on_bridge=True,
        action="https://phone.example.com/voice/outgoing/result",
        method="POST",
        caller_id="+12025550100",
        timeout=25,
    )
    dial.number(
        "+12025550101",
        status_callback="https://phone.example.com/voice/status",
        status_callback_event="initiated ringing answered completed",
    )
    return str(response)


def menu():
    response = VoiceResponse()
    gather = response.gather(
        input="dtmf speech",
        num_digits=1,
        timeout=5,
        action="https://phone.example.com/menu",
        method="POST",
    )
    question = "Press 1 for sales & support, or 2 to leave a message."
    gather.say(question, voice="Polly.Joanna", language="en-US")
    gather.pause(length=1)
    response.say("We did not hear anything. Goodbye.", voice="Polly.Joanna")
    response.redirect("https://phone.example.com/again?a=1&b=2", method="POST")
    return str(response)


def stream():
    response = VoiceResponse()
    stream = response.connect().stream(url="wss://media.example.com/calls", track="both_tracks")
    stream.parameter(name="caller", value="+12025550101")
    return str(response)


def mint():
    token = AccessToken(
        GIVEN["account_sid"],
        GIVEN["api_key"],
        GIVEN["api_secret"],
        identity=GIVEN["identity"],
        ttl=3600,
    )
    application = GIVEN["application_sid"]
    token.add_grant(VoiceGrant(incoming_allow=True, outgoing_application_sid=application))
    return token.to_jwt()


def verify(token):
    return jwt.decode(token, GIVEN["api_secret"], algorithms=["HS256"])


def measure(work):
    """Nanoseconds of processor time that one `work` takes: the best of many rounds."""

    def run(times):
        began = time.process_time()
        for _ in range(times):
            work()
        return time.process_time() - began

    times = 1
    warm = time.perf_counter() + WARM_UP_S
    while time.perf_counter() < warm:
        times = max(1, round(times * ROUND_S / max(run(times), 1e-9)))
    return min(run(times) / times for _ in range(ROUNDS)) * 1e9


def measure_all():
    url = GIVEN["public_url"] + "/voice/incoming"
    params = dict(parse_qsl(GIVEN["form"], keep_blank_values=True))
    assert len(params) == 28
    signature = RequestValidator(GIVEN["auth_token"]).compute_signature(url, params)

    def validate():
        return RequestValidator(GIVEN["auth_token"]).validate(url, params, signature)

    assert validate()
    token = mint()
    documents = {"dial": dial(), "menu": menu(), "stream": stream()}
    ns = {}
    for name, build in {"dial": dial, "menu": menu, "stream": stream}.items():
        ns["build " + name] = measure(build)
        ns["read " + name] = measure(lambda: ElementTree.fromstring(documents[name]))
    ns["mint"] = measure(mint)
    ns["verify"] = measure(lambda: verify(token))
    ns["signature"] = measure(validate)
    made = {"documents": documents, "token": token, "signature": signature}
    return {"made": made, "ns": ns}


def said(token):
    """What a token says, without what the libraries choose for themselves (when, and its name)."""
    claims = verify(token)
    outgoing = claims["grants"]["voice"]["outgoing"]
    if not outgoing.get("params"):
        outgoing.pop("params", None)
    return {name: claims[name] for name in ["iss", "sub", "grants"]}


def same(values, what):
    assert all(value == values[0] for value in values), f"not the same {what}: {values}"


def check(made):
    for name in made[0]["documents"]:
        documents = [each["documents"][name] for each in made]
        documents += [each["direct"][name] for each in made if "direct" in each]
        same([ElementTree.canonicalize(text) for text in documents], name)
    same([said(each["token"]) for each in made], "token")
    same([each["signature"] for each in made], "signature")


def main():
    if sys.argv[1:] == ["--check"]:
        made = [json.loads(line)["made"] for line in sys.stdin]
        assert len(made) > 1
        check(made)
    else:
        print(json.dumps(measure_all()))


main()
