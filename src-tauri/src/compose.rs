//! Putting the window around the phone.

use crate::adapters::attention::WindowAttention;
use crate::adapters::media::NativeMedia;
use crate::adapters::webview;
use crate::ipc;
use ::app::Handle;
use anyhow::Context;
use rtc::audio::cpal::CpalBackend;
use serve::{ComposeError, Options, Running, compose};
use std::io::Write;
use std::process::ExitCode;
use std::sync::{Arc, Mutex, OnceLock, PoisonError};
use tauri::{AppHandle, Manager, RunEvent};
use tokio::runtime::Runtime;

/// The exit code for a phone that could not start: 2 when the configuration is to blame.
pub(crate) fn exit_code(error: &anyhow::Error) -> u8 {
    let configuration = error
        .downcast_ref::<ComposeError>()
        .is_some_and(ComposeError::is_configuration);
    if configuration { 2 } else { 1 }
}

/// Starts the phone, shows the window, and returns when the user has quit.
pub(crate) fn run(options: &Options) -> anyhow::Result<ExitCode> {
    serve::log_to_stderr();
    let runtime = Runtime::new().context("the system refused threads")?;
    tauri::async_runtime::set(runtime.handle().clone());
    // The phone is made before the window, so that a wrong configuration needs no display to be
    // told; the window is known to its adapter as soon as there is one.
    let window: &'static OnceLock<AppHandle> = Box::leak(Box::default());
    let vars = |name: &str| std::env::var(name).ok();
    let outside = |handle: Handle| {
        let devices = Arc::new(CpalBackend::new());
        let media = NativeMedia::start(devices, move |epoch, event| handle.media(epoch, event));
        (WindowAttention::new(window), media)
    };
    let running = runtime.block_on(compose(options, vars, outside))?;
    say_started(options, &running)?;
    let handle = running.handle().clone();
    let app = tauri::Builder::default()
        .manage(handle)
        .invoke_handler(ipc::commands())
        .setup(|app| {
            if let Some(window) = app.get_webview_window("main") {
                webview::prepare(&window);
            }
            Ok(())
        })
        .build(tauri::generate_context!())
        .context("the window could not be opened: is there a display?")?;
    window.get_or_init(|| app.handle().clone());
    quit_on_signal(&runtime, app.handle().clone());
    let running = Mutex::new(Some(running));
    app.run(move |_app, event| {
        if matches!(event, RunEvent::Exit)
            && let Some(running) = running
                .lock()
                .unwrap_or_else(PoisonError::into_inner)
                .take()
        {
            runtime.block_on(running.close());
        }
    });
    Ok(ExitCode::SUCCESS)
}

fn say_started(options: &Options, running: &Running) -> anyhow::Result<()> {
    let started = running.started();
    let said = if options.json {
        started.json()
    } else {
        started.to_string()
    };
    let mut out = std::io::stdout().lock();
    match writeln!(out, "{said}").and_then(|()| out.flush()) {
        // A window started from a desktop has nobody to read this.
        Err(error) if error.kind() == std::io::ErrorKind::BrokenPipe => Ok(()),
        said => said.context("standard output cannot be written to"),
    }
}

/// A logout ends programs by a signal, of which the window hears nothing.
fn quit_on_signal(runtime: &Runtime, app: AppHandle) {
    runtime.spawn(async move {
        match serve::stop_signal() {
            Ok(stop) => {
                stop.await;
                app.exit(0);
            }
            Err(error) => tracing::warn!(%error, "signals cannot be heard"),
        }
    });
}
