//! A body that is all there, coded as a whole. It must not know heads.

use std::{io, sync::Arc};

use bytes::Bytes;
use tokio::{sync::Semaphore, task::spawn_blocking};

use super::{encoder::Kind, pool::Pooled};

/// The bytes in a coding; nothing when that would not make them smaller. What is above `inline`
/// bytes waits for its turn, and leaves the thread that answers to others.
///
/// # Errors
/// When the encoder fails.
pub(super) async fn whole(
    kind: Kind,
    bytes: Bytes,
    inline: usize,
    turns: &Arc<Semaphore>,
) -> io::Result<Option<Bytes>> {
    if bytes.len() <= inline {
        return encode(kind, &bytes);
    }
    let turn = Arc::clone(turns).acquire_owned().await;
    let coded = spawn_blocking(move || {
        // Kept to the end also when nobody waits any more.
        let _turn = turn;
        encode(kind, &bytes)
    });
    coded.await?
}

fn encode(kind: Kind, bytes: &[u8]) -> io::Result<Option<Bytes>> {
    let mut encoder = Pooled::take(kind, bytes.len())?;
    encoder.expect(bytes.len());
    let mut out = Vec::with_capacity(bytes.len() / 2);
    encoder.write(bytes, &mut out)?;
    encoder.finish(&mut out)?;
    Ok((out.len() < bytes.len()).then(|| Bytes::from(out)))
}
