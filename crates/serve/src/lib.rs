//! handset-server: the phone without Tauri, with the browser dialer
