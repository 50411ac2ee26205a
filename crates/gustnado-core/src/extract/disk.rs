//! Bytes of bodies on disk: written and read on threads that may wait, in steps that are worth a
//! thread each. It must not know whose bytes they are.

use std::{
    fs::File,
    io::{self, Read, Seek, SeekFrom, Write},
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};

use tempfile::NamedTempFile;

use crate::limits::UPLOAD_CHUNK;

/// Does what waits for a disk.
async fn blocking<T, F>(work: F) -> io::Result<T>
where
    T: Send + 'static,
    F: FnOnce() -> io::Result<T> + Send + 'static,
{
    let work = tokio::task::spawn_blocking(work);
    work.await.map_err(io::Error::other)?
}

/// What comes bit by bit: gathered in memory up to a size, then in a file.
pub(super) struct Spool<F> {
    gathered: Vec<u8>,
    /// How much is gathered before it is written.
    most: usize,
    file: Option<F>,
    open: Arc<dyn Fn() -> io::Result<F> + Send + Sync>,
    len: u64,
}

/// What became of it.
pub(super) enum Spooled {
    Memory(Vec<u8>),
    Disk(OnDisk),
}

impl<F: Write + Send + 'static> Spool<F> {
    fn new(most: usize, open: impl Fn() -> io::Result<F> + Send + Sync + 'static) -> Self {
        Self {
            gathered: Vec::new(),
            most,
            file: None,
            open: Arc::new(open),
            len: 0,
        }
    }

    pub(super) fn len(&self) -> u64 {
        self.len
    }

    pub(super) async fn push(&mut self, bytes: &[u8]) -> io::Result<()> {
        if self.gathered.len() + bytes.len() > self.most {
            self.write().await?;
        }
        self.gathered.extend_from_slice(bytes);
        self.len += bytes.len() as u64;
        Ok(())
    }

    /// Writes what is gathered. A future that is dropped meanwhile takes the file with it.
    async fn write(&mut self) -> io::Result<()> {
        let (file, open) = (self.file.take(), Arc::clone(&self.open));
        let mut gathered = std::mem::take(&mut self.gathered);
        let written = blocking(move || {
            let mut file = file.map_or_else(|| open(), Ok)?;
            file.write_all(&gathered)?;
            gathered.clear();
            Ok((file, gathered))
        });
        let (file, gathered) = written.await?;
        (self.file, self.gathered) = (Some(file), gathered);
        Ok(())
    }
}

impl Spool<File> {
    /// For bytes that nobody named: a temporary file that has no name either, so that nothing is left
    /// of it whatever happens.
    pub(super) fn unnamed(memory: usize) -> Self {
        Self::new(memory, tempfile::tempfile)
    }

    pub(super) async fn end(mut self) -> io::Result<Spooled> {
        if self.file.is_some() {
            self.write().await?;
        }
        Ok(match self.file {
            None => Spooled::Memory(self.gathered),
            Some(file) => Spooled::Disk(OnDisk(Arc::new(Mutex::new(file)))),
        })
    }
}

impl Spool<NamedTempFile> {
    /// For bytes that are to be a file at `path`: it is there once it is whole.
    pub(super) fn beside(path: &Path) -> Self {
        let path = path.to_owned();
        Self::new(4 * UPLOAD_CHUNK, move || beside(&path))
    }

    pub(super) async fn end_at(mut self, path: PathBuf) -> io::Result<u64> {
        self.write().await?;
        let file = self.file.ok_or_else(|| io::Error::other("no file"))?;
        blocking(move || put(file, &path)).await?;
        Ok(self.len)
    }
}

/// A new file in the folder of `path`, under a name that is not yet its own.
fn beside(path: &Path) -> io::Result<NamedTempFile> {
    let folder = path.parent().filter(|folder| *folder != Path::new(""));
    let mut builder = tempfile::Builder::new();
    builder.prefix(".upload-");
    // As any new file, and not as one that is its owner's secret.
    #[cfg(unix)]
    builder.permissions(std::os::unix::fs::PermissionsExt::from_mode(0o666));
    builder.tempfile_in(folder.unwrap_or(Path::new(".")))
}

fn put(file: NamedTempFile, path: &Path) -> io::Result<()> {
    file.persist(path).map_err(|error| error.error)?;
    Ok(())
}

/// Writes a file at once.
pub(super) async fn save(bytes: bytes::Bytes, path: PathBuf) -> io::Result<u64> {
    let save = move || {
        let mut file = beside(&path)?;
        file.write_all(&bytes)?;
        put(file, &path)?;
        Ok(bytes.len() as u64)
    };
    blocking(save).await
}

/// Bytes in a file that has no name.
#[derive(Debug, Clone)]
pub(super) struct OnDisk(Arc<Mutex<File>>);

impl OnDisk {
    /// Calls `with` with the file, at `from`.
    async fn at<T: Send + 'static>(
        &self,
        from: u64,
        with: impl FnOnce(&mut File) -> io::Result<T> + Send + 'static,
    ) -> io::Result<T> {
        let file = Arc::clone(&self.0);
        blocking(move || {
            // The position is all that a panic can have spoilt.
            let mut file = file.lock().unwrap_or_else(PoisonError::into_inner);
            file.seek(SeekFrom::Start(from))?;
            with(&mut file)
        })
        .await
    }

    /// The bytes from here on, as many as are read at once; none at the end.
    pub(super) async fn chunk(&self, from: u64) -> io::Result<Vec<u8>> {
        let read = |file: &mut File| {
            let mut chunk = Vec::with_capacity(UPLOAD_CHUNK);
            file.take(UPLOAD_CHUNK as u64).read_to_end(&mut chunk)?;
            Ok(chunk)
        };
        self.at(from, read).await
    }

    pub(super) async fn all(&self) -> io::Result<Vec<u8>> {
        let read = |file: &mut File| {
            let mut all = Vec::new();
            file.read_to_end(&mut all)?;
            Ok(all)
        };
        self.at(0, read).await
    }

    /// Copies them to a file.
    pub(super) async fn save(&self, path: PathBuf) -> io::Result<u64> {
        let copy = move |file: &mut File| {
            let mut copy = beside(&path)?;
            let len = io::copy(file, &mut copy)?;
            put(copy, &path)?;
            Ok(len)
        };
        self.at(0, copy).await
    }
}
