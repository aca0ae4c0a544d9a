// Goes through the sandbox's REST API with Twilio's official client for Node.
//
// Run by the tests of crates/twilio-sim, which say by environment variables where the sandbox is.
// It ends with an error at the first thing that is not as at Twilio; its last line of output is an
// access token that a key made here has signed.

"use strict";

const assert = require("node:assert/strict");
const twilioClient = require("twilio");

const { SANDBOX_URL, ACCOUNT_SID, AUTH_TOKEN, HOOKS } = process.env;
const OURS = "+12025550100";
const PATIENCE_MS = 30_000;
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

function client(user = ACCOUNT_SID, password = AUTH_TOKEN, accountSid = ACCOUNT_SID) {
  const made = twilioClient(user, password, { accountSid });
  made.api.baseUrl = SANDBOX_URL;
  return made;
}

const sids = (list) => list.map((it) => it.sid);

function refused(status, code, asked) {
  return assert.rejects(asked, (error) => {
    assert.deepEqual([error.status, error.code], [status, code]);
    assert.ok(error.message);
    assert.equal(error.moreInfo, `https://www.twilio.com/docs/errors/${code}`);
    return true;
  });
}

/** Asks until the answer is right; the answers are the clock. */
async function until(ask, right) {
  const end = Date.now() + PATIENCE_MS;
  let found;
  while (Date.now() < end) {
    found = await ask();
    if (right(found)) return found;
  }
  throw new Error(`never right: ${JSON.stringify(found)}`);
}

async function accounts(twilio) {
  const account = await twilio.api.v2010.accounts(ACCOUNT_SID).fetch();
  assert.deepEqual([account.sid, account.status, account.type], [ACCOUNT_SID, "active", "Full"]);
  assert.ok(Math.abs(account.dateCreated - Date.now()) < 60 * MINUTE_MS);
  const friendlyName = "Soft & Phone é";
  const renamed = await twilio.api.v2010.accounts(ACCOUNT_SID).update({ friendlyName });
  assert.equal(renamed.friendlyName, friendlyName);
  assert.deepEqual(sids(await twilio.api.v2010.accounts.list({ limit: 2 })), [ACCOUNT_SID]);
  assert.equal((await twilio.balance.fetch()).currency, "USD");
}

async function subaccounts(twilio) {
  const { accounts } = twilio.api.v2010;
  const friendlyName = "Sub & é";
  const made = await accounts.create({ friendlyName });
  assert.deepEqual([made.friendlyName, made.status, made.ownerAccountSid], [friendlyName, "active", ACCOUNT_SID]);
  assert.deepEqual(sids(await accounts.list({ friendlyName })), [made.sid]);
  const own = client(made.sid, made.authToken, made.sid);
  assert.deepEqual(await own.applications.list(), []);
  const application = await own.applications.create({ friendlyName: "its own" });
  assert.equal(application.accountSid, made.sid);
  const ofSub = accounts(made.sid);
  assert.deepEqual(sids(await ofSub.applications.list()), [application.sid]);
  await refused(404, 20404, twilio.applications(application.sid).fetch());
  await refused(401, 20003, client(made.sid, made.authToken).balance.fetch());
  assert.equal((await ofSub.update({ status: "suspended" })).status, "suspended");
  await refused(403, 20005, own.balance.fetch());
  assert.equal((await ofSub.update({ status: "closed" })).status, "closed");
  await refused(400, 21479, ofSub.update({ status: "active" }));
  await refused(400, 21477, accounts(ACCOUNT_SID).update({ status: "closed" }));
}

async function numbers(twilio) {
  const countries = await twilio.availablePhoneNumbers.list();
  assert.deepEqual(countries.map((it) => it.countryCode), ["US", "CA", "GB"]);
  assert.equal((await twilio.availablePhoneNumbers("GB").fetch()).country, "United Kingdom");
  const us = twilio.availablePhoneNumbers("US");
  const local = await us.local.list({ areaCode: 510, voiceEnabled: true, limit: 3 });
  assert.equal(local.length, 3);
  assert.ok(local.every((it) => it.phoneNumber.startsWith("+1510") && it.capabilities.voice));
  assert.ok((await us.local.list({ contains: "555****", inRegion: "CA", limit: 3 })).length);
  assert.ok((await us.tollFree.list({ limit: 1 })).length);
  assert.ok((await twilio.availablePhoneNumbers("GB").mobile.list({ limit: 1 })).length);
  assert.deepEqual(await us.local.list({ smsEnabled: true }), []);

  const before = Number((await twilio.balance.fetch()).balance);
  const buy = (form) => twilio.incomingPhoneNumbers.create(form);
  const bought = await buy({
    phoneNumber: local[0].phoneNumber,
    friendlyName: "My #1",
    voiceUrl: "https://x.example/voice/incoming?a=1&b=ü",
    voiceMethod: "POST",
  });
  assert.equal(bought.friendlyName, "My #1");
  assert.ok(Number((await twilio.balance.fetch()).balance) < before);
  await refused(400, 21422, buy({ phoneNumber: bought.phoneNumber }));
  await refused(400, 21421, buy({ phoneNumber: "nonsense" }));
  await refused(400, 21452, buy({ areaCode: "202" }));
  const byArea = await buy({ areaCode: "212" });
  const one = twilio.incomingPhoneNumbers(bought.sid);
  const updated = await one.update({
    voiceUrl: "https://x.example/v",
    voiceMethod: "GET",
    statusCallback: "https://x.example/s",
  });
  assert.deepEqual([updated.voiceUrl, updated.voiceMethod], ["https://x.example/v", "GET"]);
  assert.equal((await one.update({ voiceUrl: "" })).voiceUrl, null);
  assert.equal((await one.fetch()).statusCallback, "https://x.example/s");
  await refused(400, 21402, one.update({ voiceUrl: "nonsense" }));
  const { phoneNumber } = bought;
  assert.deepEqual(sids(await twilio.incomingPhoneNumbers.list({ phoneNumber })), [bought.sid]);
  const every = await twilio.incomingPhoneNumbers.list({ pageSize: 1 });
  assert.deepEqual(sids(every).slice(0, 2), [byArea.sid, bought.sid]);
  assert.equal(every[2].phoneNumber, OURS);
  assert.ok(await one.remove());
  await refused(404, 20404, one.fetch());
}

async function applications(twilio) {
  const made = [];
  for (const at of [0, 1, 2, 3]) {
    made.push(
      await twilio.applications.create({
        friendlyName: `soft ${at}`,
        voiceUrl: `${HOOKS}/hang-up`,
        voiceMethod: "POST",
      }),
    );
  }
  const listed = sids(await twilio.applications.list({ pageSize: 2 }));
  assert.deepEqual(listed.slice(1), sids(made));
  const first = await twilio.applications.page({ pageSize: 2 });
  assert.equal(first.previousPageUrl, undefined);
  const second = await first.nextPage();
  assert.deepEqual(sids(second.instances), sids(made.slice(1, 3)));
  assert.deepEqual(sids((await second.previousPage()).instances), listed.slice(0, 2));
  const third = await second.nextPage();
  assert.deepEqual(sids(third.instances), sids(made.slice(3)));
  assert.equal(third.nextPageUrl, undefined);
  const named = await twilio.applications.list({ friendlyName: "soft 2" });
  assert.deepEqual(sids(named), [made[2].sid]);
  const one = twilio.applications(made[0].sid);
  assert.equal((await one.update({ voiceUrl: `${HOOKS}/stay` })).voiceUrl, `${HOOKS}/stay`);
  assert.equal((await one.fetch()).friendlyName, "soft 0");
  for (const { sid } of made.slice(1)) assert.ok(await twilio.applications(sid).remove());
  await refused(404, 20404, twilio.applications(made[1].sid).fetch());
  return made[0].sid;
}

async function keys(twilio) {
  const kept = await twilio.newKeys.create({ friendlyName: "softphone" });
  const gone = await twilio.newKeys.create();
  const one = twilio.keys(gone.sid);
  assert.equal((await one.fetch()).friendlyName, "");
  assert.equal((await one.update({ friendlyName: "n" })).friendlyName, "n");
  const listed = sids(await twilio.keys.list());
  assert.ok(listed.includes(kept.sid) && listed.includes(gone.sid));
  assert.ok(await one.remove());
  await refused(401, 20003, client(gone.sid, gone.secret).incomingPhoneNumbers.list());
  const byKey = client(kept.sid, kept.secret);
  assert.equal((await byKey.incomingPhoneNumbers.list({ limit: 1 })).length, 1);
  await refused(401, 20003, byKey.keys.list());
  return kept;
}

async function calls(twilio, applicationSid) {
  const twiml = "<Response><Pause length='600'/></Response>";
  const begun = Date.now() - MINUTE_MS;
  const make = (form) => twilio.calls.create({ from: OURS, ...form });
  const fetch = (sid) => () => twilio.calls(sid).fetch();
  const is = (status) => (call) => call.status === status;

  const call = await make({ to: "+12025550200", twiml });
  assert.deepEqual([call.direction, call.to], ["outbound-api", "+12025550200"]);
  const one = twilio.calls(call.sid);
  await until(fetch(call.sid), is("in-progress"));
  const elsewhere = await one.update({ url: `${HOOKS}/stay`, method: "POST" });
  assert.equal(elsewhere.status, "in-progress");
  assert.equal((await one.update({ twiml })).status, "in-progress");
  const running = { status: "in-progress", startTimeAfter: new Date(begun) };
  assert.ok(sids(await twilio.calls.list(running)).includes(call.sid));
  assert.equal((await one.update({ status: "completed" })).status, "completed");
  assert.ok((await one.fetch()).endTime);
  await refused(400, 21220, one.update({ twiml }));

  const ringing = await make({ to: "+12025550103", url: `${HOOKS}/stay`, timeout: 30 });
  await until(fetch(ringing.sid), is("ringing"));
  const cancelled = await twilio.calls(ringing.sid).update({ status: "canceled" });
  assert.equal(cancelled.status, "canceled");
  const byApplication = await make({
    to: "+12025550200",
    applicationSid,
    statusCallback: `${HOOKS}/status`,
    statusCallbackEvent: ["initiated", "completed"],
  });
  await until(fetch(byApplication.sid), is("in-progress"));
  const ended = await twilio.calls(byApplication.sid).update({ status: "completed" });
  assert.equal(ended.status, "completed");
  const nobody = await make({ to: "client:nobody", twiml });
  await until(fetch(nobody.sid), is("no-answer"));

  const listed = sids(await twilio.calls.list({ pageSize: 2 }));
  const expected = sids([nobody, byApplication, ringing, call]);
  assert.deepEqual(listed.slice(0, 4), expected);
  assert.deepEqual(sids(await twilio.calls.list({ to: "+12025550103" })), [ringing.sid]);
  const long = { startTimeBefore: new Date(begun - 2 * DAY_MS) };
  assert.deepEqual(await twilio.calls.list(long), []);
  await refused(400, 21211, make({ to: "nonsense", twiml }));
  await refused(400, 21210, make({ to: "+12025550101", from: "+15105550199", twiml }));
  await refused(400, 21205, make({ to: "+12025550101" }));
  await refused(404, 20404, twilio.calls(`CA${"0".repeat(32)}`).fetch());
}

async function extras(twilio) {
  const twiml = "<Response><Pause length='600'/></Response>";
  const make = (form) => twilio.calls.create({ from: OURS, twiml, ...form });
  const statusCallback = `${HOOKS}/status`;
  // This phone plays a tone and hangs up after a second.
  const call = await make({
    to: "+12025550301",
    record: true,
    recordingChannels: "dual",
    recordingTrack: "both",
    trim: "do-not-trim",
    recordingStatusCallback: statusCallback,
    recordingStatusCallbackEvent: ["in-progress", "completed"],
    machineDetection: "Enable",
    asyncAmd: "true",
    asyncAmdStatusCallback: statusCallback,
  });
  const one = twilio.calls(call.sid);
  const over = await until(() => one.fetch(), (it) => it.status === "completed");
  assert.equal(over.answeredBy, "human");
  const [found] = await until(() => one.recordings.list(), (all) => all.length > 0);
  assert.deepEqual([found.source, found.channels], ["OutboundAPI", 2]);
  assert.ok(await twilio.recordings(found.sid).remove());
  const keys = await make({ to: "+12025550107", sendDigits: "1w#" });
  await until(() => twilio.calls(keys.sid).fetch(), (it) => it.status === "in-progress");
  const ended = await twilio.calls(keys.sid).update({ status: "completed" });
  assert.equal(ended.answeredBy, null);
  await refused(400, 21206, make({ to: "+12025550107", sendDigits: "none" }));
}

async function recordings(twilio) {
  // This phone answers after a second and plays a tone.
  const record = `<Record maxLength='1' playBeep='false' action='${HOOKS}/hang-up'/>`;
  const twiml = `<Response>${record}</Response>`;
  const call = await twilio.calls.create({ to: "+12025550330", from: OURS, twiml });
  const list = () => twilio.recordings.list({ callSid: call.sid });
  const [found] = await until(list, (all) => all.length > 0);
  const recording = await twilio.recordings(found.sid).fetch();
  assert.deepEqual([recording.callSid, recording.channels], [call.sid, 1]);
  const basic = Buffer.from(`${ACCOUNT_SID}:${AUTH_TOKEN}`).toString("base64");
  const media = await fetch(`${recording.mediaUrl}.wav`, {
    headers: { authorization: `Basic ${basic}` },
  });
  const sound = Buffer.from(await media.arrayBuffer());
  assert.equal(sound.toString("latin1", 0, 4), "RIFF");
  assert.equal((await fetch(recording.mediaUrl)).status, 401);
  assert.deepEqual(sids(await twilio.calls(call.sid).recordings.list()), [recording.sid]);
  const dateCreatedAfter = new Date(Date.now() - DAY_MS);
  assert.equal((await twilio.recordings.list({ dateCreatedAfter })).length, 1);
  assert.ok(await twilio.recordings(recording.sid).remove());
  await refused(404, 20404, twilio.recordings(recording.sid).fetch());
}

async function main() {
  await refused(401, 20003, client(ACCOUNT_SID, "wrong").balance.fetch());
  const twilio = client();
  await accounts(twilio);
  await subaccounts(twilio);
  await numbers(twilio);
  const application = await applications(twilio);
  const key = await keys(twilio);
  await calls(twilio, application);
  await extras(twilio);
  await recordings(twilio);
  const { AccessToken } = twilioClient.jwt;
  const options = { identity: "ann", ttl: 3_600 };
  const token = new AccessToken(ACCOUNT_SID, key.sid, key.secret, options);
  token.addGrant(
    new AccessToken.VoiceGrant({ outgoingApplicationSid: application, incomingAllow: true }),
  );
  console.log(token.toJwt());
}

main().catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
