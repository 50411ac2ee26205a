//! Reads what a balancer says of a connection off its socket, and nothing beyond. It must not know who
//! is trusted to say so.

use std::io;

use super::proxy::{self, Header, Missing};
use crate::{connection::Socket, limits::PROXY_HEADER};

/// Waits for the header.
///
/// # Errors
/// When the socket ends or fails before its end, or there is none.
pub(super) async fn read(socket: &mut Socket) -> io::Result<Header> {
    let mut read = Vec::new();
    loop {
        match proxy::parse(&read) {
            Ok(Some((header, _))) => return Ok(header),
            Ok(None) => {}
            Err(fault) => return Err(invalid(format!("its PROXY header is none: {fault}"))),
        }
        let count = match proxy::missing(&read) {
            Missing::Bytes(count) => count,
            Missing::EndOfLine => rest_of_line(socket).await?,
        };
        let before = read.len();
        read.resize(before + count.min(PROXY_HEADER), 0);
        let count = socket.read(&mut read[before..]).await?;
        if count == 0 {
            let text = "it ended before its PROXY header did";
            return Err(io::Error::new(io::ErrorKind::UnexpectedEof, text));
        }
        read.truncate(before + count);
    }
}

/// How many bytes are there up to the end of the line, or of what is there. What follows the line
/// must stay: TLS and the driver read for themselves.
async fn rest_of_line(socket: &Socket) -> io::Result<usize> {
    let mut seen = [0; proxy::LINE];
    let Some(count) = socket.peek(&mut seen).await? else {
        // Where nothing can be seen, byte for byte; version 1 is rare there.
        return Ok(1);
    };
    let seen = &seen[..count];
    let end = seen.iter().position(|byte| *byte == b'\n');
    Ok(end.map_or(count, |end| end + 1).max(1))
}

fn invalid(text: String) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, text)
}
