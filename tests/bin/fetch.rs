//! Fetches a URL several times, and says what came by what: for looking at servers of others.
//!
//! `cargo run -p gustnado-tests --bin fetch -- URL [TIMES] [ROOT.pem]`
//!
//! Where a root is given, every name is this machine.

use std::net::Ipv4Addr;

use gustnado::client::{Client, Resolved, Result};

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let url = arguments.first().expect("a URL");
    let times = arguments
        .get(1)
        .map_or(1, |times| times.parse().expect("a number"));
    let fetched = gustnado_tests::runtime().block_on(fetch(url, times, arguments.get(2)));
    if let Err(error) = fetched {
        eprintln!("{error}");
        std::process::exit(1);
    }
}

async fn fetch(url: &str, times: usize, root: Option<&String>) -> Result<()> {
    let mut builder = Client::builder();
    if let Some(root) = root {
        let home =
            |_: &str| -> Resolved { Box::pin(async { Ok(vec![Ipv4Addr::LOCALHOST.into()]) }) };
        builder = builder
            .root_certificates(std::fs::read(root).expect("a root"))
            .resolver(home);
    }
    let client = builder.build()?;
    for _ in 0..times {
        let answer = client.get(url).send().await?;
        let (version, status) = (answer.version(), answer.status());
        let bytes = answer.bytes().await?.len();
        println!("{version:?} {} {bytes}", status.as_u16());
    }
    let pool = client.pool();
    println!("opened {} reused {}", pool.opened, pool.reused);
    Ok(())
}
