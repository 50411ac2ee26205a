//! A way through a proxy: what is said to it before the connection is to the host itself. It must not
//! know which proxy is for whom.

use std::io;

use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::proxy::{Kind, Proxy};
use crate::{
    error::{Error, ErrorKind, Result},
    limits::PROXY_HEAD,
    url::Origin,
    wire::Plain,
};

/// Has the proxy at the other end connect to `origin`.
pub(super) async fn through(proxy: &Proxy, origin: &Origin, plain: &mut Plain) -> Result<()> {
    let said = match proxy.kind {
        Kind::Http => by_http(proxy, origin, plain).await,
        Kind::Socks => by_socks(proxy, origin, plain).await,
    };
    said.map_err(|error| {
        let at = proxy.origin.authority(true);
        let detail = format!("the proxy {at} does not connect: {error}");
        Error::new(ErrorKind::Connect, detail).with_source(error)
    })
}

/// `CONNECT` (RFC 9110 section 9.3.6).
async fn by_http(proxy: &Proxy, origin: &Origin, plain: &mut Plain) -> io::Result<()> {
    let to = origin.authority(true);
    let mut request = format!("CONNECT {to} HTTP/1.1\r\nhost: {to}\r\n");
    if let Some(value) = proxy.authorization() {
        let value = value.to_str().unwrap_or_default();
        request.push_str(&format!("proxy-authorization: {value}\r\n"));
    }
    request.push_str("\r\n");
    plain.write_all(request.as_bytes()).await?;
    // Byte by byte: what follows the head is the host's.
    let mut head = Vec::new();
    while !head.ends_with(b"\r\n\r\n") {
        if head.len() == PROXY_HEAD {
            return Err(io::Error::other("the head of its answer is too large"));
        }
        head.push(plain.read_u8().await?);
    }
    let line = head.split(|byte| *byte == b'\r').next().unwrap_or_default();
    let line = String::from_utf8_lossy(line);
    let mut words = line.splitn(3, ' ');
    let version = words.next().unwrap_or_default();
    let status = words.next().unwrap_or_default();
    if version.starts_with("HTTP/1.") && status.len() == 3 && status.starts_with('2') {
        return Ok(());
    }
    Err(io::Error::other(format!(
        "it says `{}`",
        line.escape_debug()
    )))
}

/// SOCKS5 (RFC 1928), with a name and a password where there are some (RFC 1929).
async fn by_socks(proxy: &Proxy, origin: &Origin, plain: &mut Plain) -> io::Result<()> {
    let method = u8::from(proxy.credentials.is_some()) * 2;
    plain.write_all(&[5, 1, method]).await?;
    let (version, chosen) = (plain.read_u8().await?, plain.read_u8().await?);
    if version != 5 {
        return Err(io::Error::other("it does not speak SOCKS5"));
    }
    if chosen != method {
        return Err(io::Error::other("it does not take who asks"));
    }
    if let Some((name, password)) = &proxy.credentials {
        let mut request = vec![1];
        counted(&mut request, name)?;
        counted(&mut request, password)?;
        plain.write_all(&request).await?;
        let (_, status) = (plain.read_u8().await?, plain.read_u8().await?);
        if status != 0 {
            return Err(io::Error::other(
                "it does not take the name or the password",
            ));
        }
    }
    let mut request = vec![5, 1, 0];
    match origin.ip() {
        Some(std::net::IpAddr::V4(ip)) => {
            request.push(1);
            request.extend(ip.octets());
        }
        Some(std::net::IpAddr::V6(ip)) => {
            request.push(4);
            request.extend(ip.octets());
        }
        None => {
            request.push(3);
            counted(&mut request, &origin.host)?;
        }
    }
    request.extend(origin.port.to_be_bytes());
    plain.write_all(&request).await?;
    let mut head = [0; 4];
    plain.read_exact(&mut head).await?;
    let length = match (head[1], head[3]) {
        (0, 1) => 4,
        (0, 4) => 16,
        (0, 3) => usize::from(plain.read_u8().await?),
        (0, _) => return Err(io::Error::other("its answer is not one of SOCKS5")),
        (why, _) => return Err(io::Error::other(refusal(why))),
    };
    let mut bound = [0; 257];
    plain.read_exact(&mut bound[..length + 2]).await?;
    Ok(())
}

/// A text with its length before it.
fn counted(request: &mut Vec<u8>, text: &str) -> io::Result<()> {
    let length = u8::try_from(text.len());
    request.push(length.map_err(|_| io::Error::other("a name or a password is too long for it"))?);
    request.extend(text.as_bytes());
    Ok(())
}

fn refusal(code: u8) -> &'static str {
    match code {
        2 => "it may not",
        3 => "the network is unreachable",
        4 => "the host is unreachable",
        5 => "the host does not take connections",
        6 => "it took too long",
        7 | 8 => "it cannot",
        _ => "it failed",
    }
}
