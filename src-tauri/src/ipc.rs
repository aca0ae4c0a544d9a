//! The four commands of the page. They parse, send and return.

use app::Handle;
use protocol::parts::{self, Part};
use protocol::{
    Answer, EngineEvent, Epoch, Intent, PageInfo, Question, Rejection, ShellMessage, Snapshot,
};
use server::Host;
use tauri::ipc::{Channel, Invoke};
use tauri::{State, Wry};
use tokio::sync::mpsc;

/// The handler of all commands.
pub(crate) fn commands() -> impl Fn(Invoke<Wry>) -> bool + Send + Sync + 'static {
    tauri::generate_handler![attach, submit, ask, report]
}

/// Makes the window's page the phone's page; `channel` takes what is sent to it from then on, in
/// parts of its JSON.
#[tauri::command]
async fn attach(
    page: PageInfo,
    channel: Channel<Part>,
    handle: State<'_, Handle>,
) -> Result<Snapshot, ()> {
    let (down, messages) = mpsc::unbounded_channel();
    let snapshot = handle.attach(page, down).await;
    tauri::async_runtime::spawn(forward(
        messages,
        channel,
        handle.inner().clone(),
        snapshot.epoch,
    ));
    Ok(snapshot)
}

/// Takes a wish of the user.
#[tauri::command]
async fn submit(intent: Intent, handle: State<'_, Handle>) -> Result<(), Rejection> {
    handle.submit(intent).await
}

/// Answers a question of the page.
#[tauri::command]
async fn ask(question: Question, handle: State<'_, Handle>) -> Result<Answer, ()> {
    Ok(handle.ask(question).await)
}

/// Takes what the SDK said.
#[tauri::command]
fn report(epoch: Epoch, event: EngineEvent, handle: State<'_, Handle>) {
    handle.report(epoch, event);
}

async fn forward(
    mut messages: mpsc::UnboundedReceiver<ShellMessage>,
    channel: Channel<Part>,
    handle: Handle,
    epoch: Epoch,
) {
    while let Some(message) = messages.recv().await {
        let text = match serde_json::to_string(&message) {
            Ok(text) => text,
            Err(error) => {
                tracing::error!(%error, "a message to the page cannot be written");
                continue;
            }
        };
        let mut parts = parts::split(&text).into_iter();
        if parts.any(|part| channel.send(part).is_err()) {
            handle.detach(epoch);
            return;
        }
    }
}
