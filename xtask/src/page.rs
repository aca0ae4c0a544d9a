//! Builds the page: the wasm, the Voice SDK, the type, the icons, the sounds and the licences,
//! all into `ui/dist`.

mod sounds;
mod sprite;

use crate::sh;
use anyhow::{Context, Result, bail};
use std::collections::hash_map::DefaultHasher;
use std::fs;
use std::hash::{Hash, Hasher};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use wasm_bindgen_cli_support::Bindgen;

/// The most that the page's wasm may take on the wire, in bytes.
const MOST_GZIPPED: usize = 450_000;

/// What the page is made of besides the wasm, under `ui/`.
const SOURCES: &[&str] = &[
    "boot.js",
    "css",
    "icons",
    "index.html",
    "package-lock.json",
    "package.json",
];

/// The style sheets, in the order in which they are joined.
const SHEETS: &[&str] = &[
    "tokens.css",
    "base.css",
    "controls.css",
    "components.css",
    "screens.css",
];

/// Files taken as they are from npm packages, and their names in the page.
const COPIES: &[(&str, &str)] = &[
    ("@twilio/voice-sdk/dist/twilio.min.js", "twilio.min.js"),
    (
        "@fontsource-variable/inter/files/inter-latin-opsz-normal.woff2",
        "fonts/inter-latin-opsz-normal.woff2",
    ),
    (
        "@twilio/voice-sdk/LICENSE.md",
        "licences/twilio-voice-sdk.md",
    ),
    ("@fontsource-variable/inter/LICENSE", "licences/inter.txt"),
    ("lucide-static/LICENSE", "licences/lucide.txt"),
];

const LICENCES: &str = "\
What others made that comes with Handset's page. The texts are beside this file.

Twilio Voice JavaScript SDK    Apache-2.0, with parts under BSD and MIT    twilio-voice-sdk.md
Inter                          SIL Open Font License 1.1                   inter.txt
Lucide icons                   ISC, with parts from Feather under MIT      lucide.txt

The icons keypad and hangup, the app icon and all sounds are Handset's own.
";

/// Builds the page into `ui/dist`; does nothing that is done already. `release` makes it small.
///
/// # Errors
/// When npm, cargo or wasm-bindgen fails, or when the small page is too big.
pub(crate) fn build(release: bool) -> Result<()> {
    install()?;
    let wasm = compile(release)?;
    // Beside what it is about: several target folders may share one page.
    let stamp_file = ui().join("node_modules/.handset-page");
    let stamp = stamp(&wasm, release)?;
    let dist = dist();
    let fresh = fs::read_to_string(&stamp_file).is_ok_and(|old| old == stamp)
        && dist.join("index.html").is_file();
    if !fresh {
        assemble(&wasm, release)?;
        fs::write(&stamp_file, &stamp)?;
    }
    if release {
        weigh(&dist.join("page_bg.wasm"))?;
    }
    Ok(())
}

fn ui() -> PathBuf {
    sh::root().join("ui")
}

fn dist() -> PathBuf {
    ui().join("dist")
}

/// Installs the locked npm packages, unless they are there.
fn install() -> Result<()> {
    let lock = fs::read_to_string(ui().join("package-lock.json"))?;
    let stamp = ui().join("node_modules/.handset-lock");
    if fs::read_to_string(&stamp).is_ok_and(|old| old == lock) {
        return Ok(());
    }
    let npm = if cfg!(windows) { "npm.cmd" } else { "npm" };
    let arguments = ["ci", "--ignore-scripts", "--no-audit", "--no-fund"];
    sh::run(sh::command(npm, &arguments).current_dir(ui()))?;
    fs::write(stamp, lock)?;
    Ok(())
}

/// Compiles the page's crate and tells where the wasm is.
fn compile(release: bool) -> Result<PathBuf> {
    let target = "wasm32-unknown-unknown";
    let profile = if release { "page" } else { "dev" };
    let mut build = sh::cargo(&[
        "build",
        "-p",
        "handset-ui",
        "--bin",
        "handset-ui",
        "--target",
        target,
        "--profile",
        profile,
    ]);
    // wasm-bindgen reads the sections that stripping takes away, and takes them away itself.
    sh::run(build.env("CARGO_PROFILE_PAGE_STRIP", "none"))?;
    let folder = if release { "page" } else { "debug" };
    let wasm = sh::target_dir()?.join(target).join(folder);
    Ok(wasm.join("handset-ui.wasm"))
}

/// What the page was built from, in a few letters.
fn stamp(wasm: &Path, release: bool) -> Result<String> {
    let mut hash = DefaultHasher::new();
    release.hash(&mut hash);
    for program in [wasm.to_owned(), std::env::current_exe()?] {
        let facts = fs::metadata(&program).with_context(|| format!("no {}", program.display()))?;
        (facts.len(), facts.modified()?).hash(&mut hash);
    }
    for source in SOURCES {
        hash_tree(&ui().join(source), &mut hash)?;
    }
    Ok(format!("{:016x}", hash.finish()))
}

fn hash_tree(path: &Path, hash: &mut DefaultHasher) -> Result<()> {
    if !path.is_dir() {
        let bytes = fs::read(path).with_context(|| format!("cannot read {}", path.display()))?;
        (path, bytes).hash(hash);
        return Ok(());
    }
    let mut entries = fs::read_dir(path)?.collect::<std::io::Result<Vec<_>>>()?;
    entries.sort_by_key(fs::DirEntry::path);
    for entry in entries {
        hash_tree(&entry.path(), hash)?;
    }
    Ok(())
}

fn assemble(wasm: &Path, release: bool) -> Result<()> {
    let dist = dist();
    if dist.exists() {
        fs::remove_dir_all(&dist)?;
    }
    for folder in ["fonts", "licences", "sounds"] {
        fs::create_dir_all(dist.join(folder))?;
    }
    // The versions of the library and of the crate must be the same; the library checks it.
    Bindgen::new()
        .input_path(wasm)
        .out_name("page")
        .web(true)?
        .typescript(false)
        .omit_default_module_path(true)
        .remove_name_section(release)
        .remove_producers_section(true)
        .generate(&dist)
        .context("wasm-bindgen did not take the wasm")?;
    let modules = ui().join("node_modules");
    for (from, to) in COPIES {
        copy(&modules.join(from), &dist.join(to))?;
    }
    copy(&sh::root().join("icons/icon.svg"), &dist.join("icon.svg"))?;
    copy(&ui().join("boot.js"), &dist.join("boot.js"))?;
    fs::write(dist.join("licences/LICENCES.txt"), LICENCES)?;
    fs::write(dist.join("handset.css"), sheet()?)?;
    let own = fs::read_to_string(ui().join("icons/own.svg"))?;
    let sprite = sprite::build(&own, &modules.join("lucide-static/icons"))?;
    let html = fs::read_to_string(ui().join("index.html"))?;
    fs::write(dist.join("index.html"), inline_sprite(&html, &sprite)?)?;
    for (name, samples) in sounds::all() {
        fs::write(dist.join("sounds").join(name), sounds::wav(&samples))?;
    }
    Ok(())
}

fn copy(from: &Path, to: &Path) -> Result<()> {
    fs::copy(from, to).with_context(|| format!("cannot copy {}", from.display()))?;
    Ok(())
}

fn sheet() -> Result<String> {
    let mut css = String::new();
    for name in SHEETS {
        css.push_str(&fs::read_to_string(ui().join("css").join(name))?);
    }
    Ok(css)
}

/// The icons stand in the page itself: a reference into another file is not followed everywhere.
fn inline_sprite(html: &str, sprite: &str) -> Result<String> {
    const MARK: &str = "<!-- sprite -->";
    if !html.contains(MARK) {
        bail!("index.html has no `{MARK}`");
    }
    Ok(html.replace(MARK, sprite))
}

/// Prints the size of the wasm on the wire. Node compresses it: it is there already.
fn weigh(wasm: &Path) -> Result<()> {
    const SCRIPT: &str = "const [, file] = process.argv; \
        const bytes = require('fs').readFileSync(file); \
        console.log(require('zlib').gzipSync(bytes, { level: 9 }).length)";
    let output = sh::command("node", &["-e", SCRIPT])
        .arg(wasm)
        .stderr(Stdio::inherit())
        .output()
        .context("node could not be started")?;
    let size: usize = String::from_utf8_lossy(&output.stdout)
        .trim()
        .parse()
        .context("node did not print a size")?;
    eprintln!("page: the wasm is {} kB gzipped", size / 1000);
    if size > MOST_GZIPPED {
        bail!("the page's wasm is {size} bytes gzipped, more than {MOST_GZIPPED}");
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn puts_the_icons_where_the_mark_is() {
        let html = inline_sprite("<p></p><!-- sprite -->", "<svg></svg>").unwrap();
        assert_eq!(html, "<p></p><svg></svg>");
        assert!(inline_sprite("<p></p>", "<svg></svg>").is_err());
    }

    #[test]
    fn every_style_sheet_is_joined() {
        let folder = fs::read_dir(ui().join("css")).unwrap();
        let mut there: Vec<String> = folder
            .map(|file| file.unwrap().file_name().into_string().unwrap())
            .collect();
        let mut joined: Vec<String> = SHEETS.iter().map(ToString::to_string).collect();
        there.sort();
        joined.sort();
        assert_eq!(there, joined);
    }
}
