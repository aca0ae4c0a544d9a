//! The window: a Tauri shell over the same phone as `handset-server`.

#![cfg_attr(not(debug_assertions), windows_subsystem = "windows")]

mod adapters;
mod compose;
mod ipc;

use clap::Parser;
use serve::Options;
use std::process::ExitCode;

fn main() -> ExitCode {
    let options = Options::parse();
    match compose::run(&options) {
        Ok(code) => code,
        Err(error) => {
            eprintln!("{error:#}");
            ExitCode::from(compose::exit_code(&error))
        }
    }
}
