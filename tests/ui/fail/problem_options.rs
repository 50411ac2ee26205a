use gustnado::prelude::*;

#[derive(Debug, HttpError)]
enum Failure {
    #[problem(404, type = 7)]
    A,
    #[problem(404, typ = "https://example.com")]
    B,
    #[problem(404, type = "https://example.com", "text")]
    C,
}

fn main() {}
