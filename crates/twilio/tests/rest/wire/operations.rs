//! What the official clients did, done with ours.

use super::HEX;
use futures_util::TryStreamExt;
use twilio::{
    rest::{
        AccountFilter, AccountStatus, ApplicationFilter, ApplicationSettings, CallFilter,
        CallSettings, CallUpdate, Client, Instructions, Listing, Method, NewCall, NewRecording,
        NumberFilter, NumberKind, NumberSettings, PauseBehavior, Progress, Purchase,
        RecordingFilter, RestError, Running, Search, Which,
    },
    sid::{ApplicationSid, CallSid, KeySid, NumberSid, RecordingSid},
    webhook::{CallStatus, RecordingStatus},
};

/// 2026-01-02T03:04:05Z
const MOMENT: u64 = 1_767_323_045;

fn text(text: &str) -> Option<String> {
    Some(text.to_owned())
}

async fn all<T>(listing: Listing<T>) -> Result<(), RestError> {
    listing.try_collect::<Vec<T>>().await.map(|_| ())
}

/// Does with our client what the official one did under that name.
pub(super) async fn operate(client: &Client, library: &str, name: &str) -> Result<(), RestError> {
    let (number, app, key) = (
        NumberSid::parse(&format!("PN{HEX}")).unwrap(),
        ApplicationSid::parse(&format!("AP{HEX}")).unwrap(),
        KeySid::parse(&format!("SK{HEX}")).unwrap(),
    );
    let call = CallSid::parse(&format!("CA{HEX}")).unwrap();
    let recording = RecordingSid::parse(&format!("RE{HEX}")).unwrap();
    let is_node = library == "node";
    let (numbers, calls, apps) = (client.numbers(), client.calls(), client.applications());
    let search = |country, kind, search: Search| client.available().search(country, kind, &search);
    let page = |size| Some(size);
    match name {
        "fetch account" => client.accounts().fetch().await.map(|_| ()),
        "list accounts" => {
            let filter = AccountFilter {
                page_size: page(2),
                ..AccountFilter::default()
            };
            all(client.accounts().list(&filter)).await
        }
        "create subaccount" => client
            .accounts()
            .create(Some("Soft & Phone é"))
            .await
            .map(|_| ()),
        "update account" => {
            let status = Some(AccountStatus::Suspended);
            client
                .accounts()
                .update(Some("x"), status)
                .await
                .map(|_| ())
        }
        "balance" => client.accounts().balance().await.map(|_| ()),
        "list numbers" => {
            let filter = NumberFilter {
                page_size: page(20),
                ..NumberFilter::default()
            };
            all(numbers.list(&filter)).await
        }
        "with api key: list numbers" => {
            let filter = NumberFilter {
                page_size: page(1),
                ..NumberFilter::default()
            };
            all(numbers.list(&filter)).await
        }
        "list numbers filtered" => {
            let filter = NumberFilter {
                beta: Some(false),
                phone_number: text("+15105551234"),
                page_size: page(5),
                ..NumberFilter::default()
            };
            all(numbers.list(&filter)).await
        }
        "fetch number" => numbers.fetch(&number).await.map(|_| ()),
        "search local" => {
            let wanted = Search {
                area_code: Some(510),
                voice: Some(true),
                page_size: page(3),
                ..Search::default()
            };
            all(search("US", NumberKind::Local, wanted)?).await
        }
        "search local contains" => {
            let wanted = Search {
                contains: text("555****"),
                exclude_all_address_required: Some(true),
                near: (!is_node).then_some((37.84, -122.41)),
                distance_miles: (!is_node).then_some(50),
                in_region: text("CA"),
                page_size: page(3),
                ..Search::default()
            };
            all(search("US", NumberKind::Local, wanted)?).await
        }
        "search tollfree" | "search mobile GB" => {
            let wanted = Search {
                page_size: page(1),
                ..Search::default()
            };
            let (country, kind) = match name {
                "search tollfree" => ("US", NumberKind::TollFree),
                _ => ("GB", NumberKind::Mobile),
            };
            all(search(country, kind, wanted)?).await
        }
        "available countries" => all(client.available().countries(page(1))).await,
        "buy number" => {
            let settings = NumberSettings {
                friendly_name: text("My #1"),
                voice_method: Some(Method::Post),
                voice_url: text("https://x.example/voice/incoming?a=1&b=ü"),
                ..NumberSettings::default()
            };
            let which = Which::Number("+15105551234".into());
            numbers.buy(&Purchase { which, settings }).await.map(|_| ())
        }
        "buy by area code" => {
            let voice_application = Some(app);
            let settings = NumberSettings {
                voice_application,
                ..NumberSettings::default()
            };
            let which = Which::AreaCode("510".into());
            numbers.buy(&Purchase { which, settings }).await.map(|_| ())
        }
        "update number urls" => {
            let settings = NumberSettings {
                status_callback: text("https://x.example/s"),
                status_callback_method: (!is_node).then_some(Method::Post),
                voice_fallback_url: text("https://x.example/f").filter(|_| !is_node),
                voice_method: Some(Method::Get),
                voice_url: text("https://x.example/v"),
                ..NumberSettings::default()
            };
            numbers.update(&number, &settings).await.map(|_| ())
        }
        "clear number url" => {
            let settings = NumberSettings {
                voice_url: text(""),
                ..NumberSettings::default()
            };
            numbers.update(&number, &settings).await.map(|_| ())
        }
        "release number" => numbers.release(&number).await,
        "list apps" => {
            let filter = ApplicationFilter {
                friendly_name: text("soft"),
                page_size: page(2),
            };
            all(apps.list(&filter)).await
        }
        "create app" => {
            let settings = ApplicationSettings {
                friendly_name: text("soft"),
                voice_url: text("https://x.example/voice/outgoing"),
                voice_method: Some(Method::Post),
                ..ApplicationSettings::default()
            };
            apps.create(&settings).await.map(|_| ())
        }
        "fetch app" => apps.fetch(&app).await.map(|_| ()),
        "update app" => {
            let voice_url = text("https://x.example/2");
            let settings = ApplicationSettings {
                voice_url,
                ..ApplicationSettings::default()
            };
            apps.update(&app, &settings).await.map(|_| ())
        }
        "delete app" => apps.delete(&app).await,
        "create key" => client.keys().create(Some("softphone")).await.map(|_| ()),
        "list keys" => all(client.keys().list(page(2))).await,
        "fetch key" => client.keys().fetch(&key).await.map(|_| ()),
        "update key" => client.keys().rename(&key, "n").await.map(|_| ()),
        "delete key" => client.keys().delete(&key).await,
        "create call url" => {
            let settings = CallSettings {
                method: (!is_node).then_some(Method::Get),
                status_callback: text("https://x.example/s"),
                status_callback_events: vec![
                    Progress::Initiated,
                    Progress::Ringing,
                    Progress::Answered,
                    Progress::Completed,
                ],
                status_callback_method: (!is_node).then_some(Method::Post),
                timeout_s: Some(30),
                record: Some(true),
                ..CallSettings::default()
            };
            let instructions = Instructions::Url("https://x.example/voice".into());
            let (to, from) = ("+15558675310".into(), "+15017122661".into());
            calls
                .create(&NewCall {
                    to,
                    from,
                    instructions,
                    settings,
                })
                .await
                .map(|_| ())
        }
        "create call twiml" => {
            let twiml = "<Response><Say>Ahoy & hi</Say></Response>";
            let instructions = Instructions::Twiml(twiml.into());
            let (to, from) = ("client:alice".into(), "+15017122661".into());
            let settings = CallSettings::default();
            calls
                .create(&NewCall {
                    to,
                    from,
                    instructions,
                    settings,
                })
                .await
                .map(|_| ())
        }
        "create call app" => {
            let settings = CallSettings {
                send_digits: text("1234#"),
                machine_detection: text("Enable"),
                async_amd: Some(true),
                ..CallSettings::default()
            };
            let instructions = Instructions::Application(app);
            let (to, from) = ("+1".into(), "+2".into());
            calls
                .create(&NewCall {
                    to,
                    from,
                    instructions,
                    settings,
                })
                .await
                .map(|_| ())
        }
        "list calls" => {
            let status = Some(CallStatus::InProgress);
            let filter = CallFilter {
                status,
                page_size: page(3),
                ..CallFilter::default()
            };
            all(calls.list(&filter)).await
        }
        "list calls dates" => {
            let filter = CallFilter {
                to: text("+15558675310").filter(|_| !is_node),
                // 2026-02-01T00:00:00Z
                started_before: (!is_node).then_some(1_769_904_000),
                started_after: Some(MOMENT),
                page_size: page(3),
                ..CallFilter::default()
            };
            all(calls.list(&filter)).await
        }
        "fetch call" => calls.fetch(&call).await.map(|_| ()),
        "hangup call" => calls.update(&call, &CallUpdate::HangUp).await.map(|_| ()),
        "redirect call" => {
            let url = "https://x.example/new".into();
            let update = CallUpdate::Redirect {
                url,
                method: Some(Method::Post),
            };
            calls.update(&call, &update).await.map(|_| ())
        }
        "redirect call twiml" => {
            let update = CallUpdate::Twiml("<Response><Hangup/></Response>".into());
            calls.update(&call, &update).await.map(|_| ())
        }
        "delete call" => calls.delete(&call).await,
        "call recordings list" => all(client.call_recordings(&call).list(page(2))).await,
        "start recording" => {
            let new = NewRecording {
                status_callback_events: vec![
                    RecordingStatus::InProgress,
                    RecordingStatus::Completed,
                ],
                status_callback: text("https://x.example/r"),
                status_callback_method: None,
                both_sides: Some(true),
            };
            client.call_recordings(&call).start(&new).await.map(|_| ())
        }
        "pause recording" => {
            let pause = Running::Pause(PauseBehavior::Silence);
            client
                .call_recordings(&call)
                .control(None, pause)
                .await
                .map(|_| ())
        }
        "list recordings" => {
            let filter = RecordingFilter {
                call: Some(call),
                page_size: page(2),
                ..RecordingFilter::default()
            };
            all(client.recordings().list(&filter)).await
        }
        "list recordings date" => {
            let filter = RecordingFilter {
                // 2026-01-02T00:00:00Z
                created_after: Some(1_767_312_000),
                page_size: page(2),
                ..RecordingFilter::default()
            };
            all(client.recordings().list(&filter)).await
        }
        "fetch recording" => client.recordings().fetch(&recording).await.map(|_| ()),
        "delete recording" => client.recordings().delete(&recording).await,
        _ => operate_other(client, name).await,
    }
}

/// What has no type of its own.
async fn operate_other(client: &Client, name: &str) -> Result<(), RestError> {
    let list = async |path: &str, name, query: &[(&str, &str)]| {
        all(client.other(path)?.list(name, query)).await
    };
    let post = async |path: &str, params: &[(&str, &str)]| {
        client.other(path)?.post(params).await.map(|_| ())
    };
    let one = ("PageSize", "1");
    match name {
        "create signing key" => post("SigningKeys", &[("FriendlyName", "s")]).await,
        "recording transcriptions" => {
            let path = format!("Recordings/RE{HEX}/Transcriptions");
            list(&path, "transcriptions", &[one]).await
        }
        "transcriptions" => list("Transcriptions", "transcriptions", &[one]).await,
        "conference list" => {
            list(
                "Conferences",
                "conferences",
                &[("Status", "in-progress"), one],
            )
            .await
        }
        "conference participant mute" => {
            let path = format!("Conferences/CF{HEX}/Participants/CA{HEX}");
            post(&path, &[("Muted", "true"), ("Hold", "false")]).await
        }
        "outgoing caller ids" => list("OutgoingCallerIds", "outgoingcallerids", &[one]).await,
        "validate caller id" => {
            let params = [("PhoneNumber", "+15105551234"), ("FriendlyName", "me")];
            post("OutgoingCallerIds", &params).await
        }
        "usage" => list("Usage/Records", "records", &[("Category", "calls"), one]).await,
        "queues" => list("Queues", "queues", &[one]).await,
        "notifications" => list("Notifications", "notifications", &[one]).await,
        "tokens (NTS)" => post("Tokens", &[("Ttl", "3600")]).await,
        "404" => client.other("Nope")?.fetch(&[]).await.map(|_| ()),
        _ => panic!("nobody knows how to {name}"),
    }
}
