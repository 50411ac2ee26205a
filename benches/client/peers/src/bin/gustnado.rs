//! Ours.

use gustnado_client::Client;

fn main() {
    client_peers::run(Client::new, |client: Client, url| async move {
        let answer = client.get(url).send().await.expect("an answer");
        answer.bytes().await.expect("a body").len()
    });
}
