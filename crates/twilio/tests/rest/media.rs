//! A recording's audio.

use crate::{
    client,
    recorder::{Answer, Recorder},
};
use twilio::{
    rest::{Client, Media, MediaFormat, RestError},
    sid::RecordingSid,
};

fn wav() -> Answer {
    Answer::Say(
        200,
        vec!["Content-Type: audio/x-wav".into()],
        b"RIFF1234".to_vec(),
    )
}

async fn fetch(client: &Client, format: MediaFormat, both_sides: bool) -> Result<Media, RestError> {
    let sid = RecordingSid::parse("RE0123456789abcdef0123456789abcdef").unwrap();
    client.recordings().media(&sid, format, both_sides).await
}

#[tokio::test]
async fn audio_comes_whole_or_bit_by_bit() {
    let recorder = Recorder::with([wav(), wav(), wav()]).await;
    let client = client(&recorder);
    let media = fetch(&client, MediaFormat::Wav, false).await.unwrap();
    assert_eq!(
        (media.content_type(), media.length()),
        (Some("audio/x-wav"), Some(8))
    );
    assert_eq!(media.read(8).await.unwrap(), b"RIFF1234");

    let mut media = fetch(&client, MediaFormat::Mp3, true).await.unwrap();
    let mut heard = Vec::new();
    while let Some(chunk) = media.chunk().await.unwrap() {
        heard.extend_from_slice(&chunk);
    }
    assert_eq!(heard, b"RIFF1234");

    let media = fetch(&client, MediaFormat::Wav, false).await.unwrap();
    assert!(matches!(
        media.read(7).await,
        Err(RestError::TooLarge { limit: 7 })
    ));
    let paths: Vec<String> = recorder
        .seen()
        .iter()
        .map(|r| format!("{}?{}", r.path, r.query))
        .collect();
    let stem = "/2010-04-01/Accounts/AC0123456789abcdef0123456789abcdef/Recordings/\
                RE0123456789abcdef0123456789abcdef";
    assert_eq!(paths[0], format!("{stem}.wav?"));
    assert_eq!(paths[1], format!("{stem}.mp3?RequestedChannels=2"));
}

#[tokio::test]
async fn audio_may_lie_further_on_at_the_same_server() {
    let moved = |to: &str| Answer::Say(302, vec![format!("Location: {to}")], vec![]);
    let recorder = Recorder::with([moved("/elsewhere"), wav()]).await;
    let media = fetch(&client(&recorder), MediaFormat::Wav, false)
        .await
        .unwrap();
    assert_eq!(media.read(100).await.unwrap().len(), 8);
    assert_eq!(recorder.seen()[1].path, "/elsewhere");
    let round = Recorder::start(move |_| moved("/round")).await;
    let error = fetch(&client(&round), MediaFormat::Wav, false)
        .await
        .unwrap_err();
    assert!(matches!(error, RestError::Astray), "{error:?}");
    assert_eq!(round.seen().len(), 4);
}

#[tokio::test]
async fn audio_is_not_fetched_in_clear_from_another_server() {
    let other = Recorder::with([wav()]).await;
    for location in [
        format!("{}/x.wav", other.origin()),
        "file:///etc/passwd".into(),
        "::".into(),
    ] {
        let moved = Answer::Say(307, vec![format!("Location: {location}")], vec![]);
        let recorder = Recorder::with([moved, refused()]).await;
        let error = fetch(&client(&recorder), MediaFormat::Wav, false)
            .await
            .unwrap_err();
        let gave_up = matches!(error, RestError::Astray | RestError::Twilio(_));
        assert!(gave_up, "{location} {error:?}");
    }
    assert!(other.seen().is_empty());
}

fn refused() -> Answer {
    Answer::Say(404, vec![], b"gone".to_vec())
}

#[tokio::test]
async fn audio_that_is_not_there_is_an_error() {
    let recorder = Recorder::with([refused(), Answer::BreakOff]).await;
    let client = client(&recorder);
    let error = fetch(&client, MediaFormat::Wav, false).await.unwrap_err();
    assert_eq!(error.twilio().unwrap().status, 404);
    let broken = fetch(&client, MediaFormat::Wav, false).await.unwrap();
    assert!(matches!(broken.read(1000).await, Err(RestError::Line(_))));
}
