//! Waiting for what a peer tells and for what is heard. Nothing here sleeps in the hope that
//! something will have happened.

use rtc::audio::Meter;
use std::time::Duration;

/// What comes of it, within a minute.
pub(crate) async fn within<T>(future: impl Future<Output = T>) -> T {
    tokio::time::timeout(Duration::from_secs(60), future)
        .await
        .expect("it happens within a minute")
}

/// Waits until the meter hears this tone at -20 dBFS.
pub(crate) async fn hears(meter: &Meter, hz: f64) {
    let heard = async {
        loop {
            let reading = meter.reading();
            if reading.is_some_and(|r| {
                r.frames == 25
                    && (r.dominant_hz - hz).abs() < 2.0
                    && (r.rms_dbfs + 20.0).abs() < 2.0
            }) {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
    };
    if tokio::time::timeout(Duration::from_secs(60), heard)
        .await
        .is_err()
    {
        panic!("{hz} Hz were not heard, but {:?}", meter.reading());
    }
}
