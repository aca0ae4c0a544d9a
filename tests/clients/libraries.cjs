// Measures Twilio's official library for Node: documents, access tokens, signatures. Run by
// `cargo xtask bench`; prints one line of JSON: what was made, nanoseconds.
//
// The same as benches/libraries.rs of tests/harness and libraries.py do, in the same way: warm, in
// one process, the best of many rounds, in processor time, which others on the machine disturb least.

"use strict";

const assert = require("node:assert/strict");
const { XMLParser } = require("fast-xml-parser");
const jsonwebtoken = require("jsonwebtoken");
const twilio = require("twilio");
const given = require("./bench.json");

const WARM_UP_MS = 300;
const ROUND_MS = 30;
const ROUNDS = 15;

const { VoiceResponse } = twilio.twiml;
const { AccessToken } = twilio.jwt;

function dial() {
  const response = new VoiceResponse();
  const dial = response.dial({
    answerOnBridge: true,
    action: "https://phone.example.com/voice/outgoing/result",
    method: "POST",
    callerId: "+12025550100",
    timeout: 25,
  });
  dial.number(
    {
      statusCallback: "https://phone.example.com/voice/status",
      statusCallbackEvent: ["initiated", "ringing", "answered", "completed"],
    },
    "+12025550101",
  );
  return response.toString();
}

function menu() {
  const response = new VoiceResponse();
  const gather = response.gather({
    input: ["dtmf", "speech"],
    numDigits: 1,
    timeout: 5,
    action: "https://phone.example.com/menu",
    method: "POST",
  });
  gather.say(
    { voice: "Polly.Joanna", language: "en-US" },
    "Press 1 for sales & support, or 2 to leave a message.",
  );
  gather.pause({ length: 1 });
  response.say({ voice: "Polly.Joanna" }, "We did not hear anything. Goodbye.");
  response.redirect({ method: "POST" }, "https://phone.example.com/again?a=1&b=2");
  return response.toString();
}

function stream() {
  const response = new VoiceResponse();
  const stream = response.connect().stream({
    url: "wss://media.example.com/calls",
    track: "both_tracks",
  });
  stream.parameter({ name: "caller", value: "+12025550101" });
  return response.toString();
}

function mint() {
  const { account_sid, api_key, api_secret, application_sid, identity } = given;
  const token = new AccessToken(account_sid, api_key, api_secret, { identity, ttl: 3600 });
  const grant = { incomingAllow: true, outgoingApplicationSid: application_sid };
  token.addGrant(new AccessToken.VoiceGrant(grant));
  return token.toJwt();
}

/** Nanoseconds of processor time that one `work` takes: the best of many rounds. */
function measure(work) {
  const run = (times) => {
    const began = process.cpuUsage();
    for (let n = 0; n < times; n += 1) kept = work();
    const { user, system } = process.cpuUsage(began);
    return (user + system) * 1e3;
  };
  let times = 1;
  const warm = Date.now() + WARM_UP_MS;
  while (Date.now() < warm) {
    times = Math.max(1, Math.round((times * ROUND_MS * 1e6) / Math.max(1, run(times))));
  }
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round += 1) best = Math.min(best, run(times) / times);
  return best;
}

// What was made last is kept where the compiler cannot leave out the work.
let kept;

const url = `${given.public_url}/voice/incoming`;
const params = Object.fromEntries(new URLSearchParams(given.form));
assert.equal(Object.keys(params).length, 28);
const signature = twilio.getExpectedTwilioSignature(given.auth_token, url, params);
const validate = () => twilio.validateRequest(given.auth_token, signature, url, params);
assert(validate());
const parser = new XMLParser({ preserveOrder: true, ignoreAttributes: false });
const token = mint();
const verify = () => jsonwebtoken.verify(token, given.api_secret, { algorithms: ["HS256"] });

const documents = { dial: dial(), menu: menu(), stream: stream() };
const ns = {};
for (const [name, build] of Object.entries({ dial, menu, stream })) {
  ns[`build ${name}`] = measure(build);
  ns[`read ${name}`] = measure(() => parser.parse(documents[name]));
}
ns.mint = measure(mint);
ns.verify = measure(verify);
ns.signature = measure(validate);
assert(kept);

console.log(JSON.stringify({ made: { documents, token, signature }, ns }));
