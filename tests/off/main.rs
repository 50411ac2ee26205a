//! Whoever names what is in a feature that is off is told which one. Checked by cargo in a crate of its own,
//! as in the workspace all features are on.

use std::{env, fs, path::Path, process::Command};

use serde_json::Value;

/// Says what rustc finds wrong with these programs: of which file and line, and all that is said.
fn mistakes(programs: &[&str]) -> Vec<(String, u64, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join("off");
    let mut manifest = format!(
        "[workspace]\n[package]\nname = \"off\"\nedition = \"2024\"\n[dependencies]\n\
         gustnado = {{ path = {:?} }}\nserde = {{ version = \"1\", features = [\"derive\"] }}\n",
        root.join("crates/gustnado")
    );
    for name in programs {
        let path = root.join(format!("tests/off/{name}.rs"));
        manifest += &format!("[[bin]]\nname = {name:?}\npath = {path:?}\n");
    }
    fs::create_dir_all(&folder).expect("a folder");
    fs::write(folder.join("Cargo.toml"), manifest).expect("a manifest");
    fs::copy(root.join("Cargo.lock"), folder.join("Cargo.lock")).expect("the lock");
    let said = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()))
        .args([
            "check",
            "--offline",
            "--bins",
            "--keep-going",
            "--message-format=json",
        ])
        .current_dir(&folder)
        .env("CARGO_TARGET_DIR", folder.join("target"))
        .output()
        .expect("cargo");
    let lines = String::from_utf8_lossy(&said.stdout);
    let messages = lines
        .lines()
        .filter_map(|line| serde_json::from_str(line).ok());
    let mistakes: Vec<_> = messages
        .filter_map(|message: Value| mistake(&message))
        .collect();
    let log = String::from_utf8_lossy(&said.stderr);
    assert!(!mistakes.is_empty(), "cargo did not come so far:\n{log}");
    mistakes
}

/// An error that stands at a line.
fn mistake(message: &Value) -> Option<(String, u64, String)> {
    let program = message["target"]["name"].as_str()?;
    let message = &message["message"];
    let spans = message["spans"].as_array()?;
    let primary = spans.iter().find(|span| span["is_primary"] == true)?;
    let said = message["rendered"].as_str()?;
    let is_error = message["level"] == "error";
    is_error.then(|| {
        (
            program.into(),
            primary["line_start"].as_u64().unwrap_or(0),
            said.into(),
        )
    })
}

#[test]
fn who_names_what_is_in_a_feature_is_told_which() {
    let programs = ["by_the_prelude", "imported"];
    let mistakes = mistakes(&programs);
    for name in programs {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("off/{name}.rs"));
        let text = fs::read_to_string(path).expect("a program");
        for (number, line) in (1..).zip(text.lines()) {
            let mut here = mistakes
                .iter()
                .filter(|(of, at, _)| of == name && *at == number);
            let Some((_, feature)) = line.split_once("//~ ") else {
                assert_eq!(here.next(), None, "{name}:{number} is no mistake: {line}");
                continue;
            };
            let ours = format!("this needs the feature `{feature}` of Gustnado, which is off");
            // `static` is a word of Rust's, which rustc writes as `r#static`.
            let (by_rustc, raw) = (
                format!("the `{feature}` feature"),
                format!("the `r#{feature}` feature"),
            );
            let is_told = |said: &str| match name {
                "imported" => said.contains(&by_rustc) || said.contains(&raw),
                _ => said.contains(&ours),
            };
            assert!(
                here.clone().next().is_some(),
                "{name}:{number} is none: {line}"
            );
            let other = here.find(|(_, _, said)| !is_told(said));
            assert_eq!(other, None, "{name}:{number} is told something else");
        }
    }
}
