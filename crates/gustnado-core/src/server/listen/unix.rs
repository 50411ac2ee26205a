//! A path to a Unix socket that listens, and its file. It must not know who connects.

use std::{
    fs::{self, File, TryLockError},
    io,
    os::{
        fd::OwnedFd,
        unix::{
            fs::{FileTypeExt, MetadataExt, PermissionsExt},
            net::UnixStream,
        },
    },
    path::{Path, PathBuf},
    thread,
};

use socket2::{Domain, SockAddr, Socket, Type};

use super::Listener;
use crate::limits::FOLDER_LOCK;

/// The file of a socket that we made. It is removed when this is dropped, unless it has become
/// another's by then.
#[derive(Debug)]
pub(crate) struct SocketFile {
    path: PathBuf,
    /// Device and inode.
    id: (u64, u64),
    left: bool,
}

/// Listens at a path. What a server that is gone has left there is replaced.
pub(super) fn listen(
    path: &Path,
    mode: Option<u32>,
    backlog: i32,
) -> io::Result<(Listener, SocketFile)> {
    // A socket that is bound but does not listen yet looks as if it were left over.
    let _lock = lock_folder(path);
    remove_left_over(path)?;
    let mut socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    let addr = SockAddr::unix(path).map_err(|error| {
        let text = format!("{error}; a path of a socket has about 100 bytes at most");
        io::Error::new(error.kind(), text)
    })?;
    if let Some(mode) = mode {
        // Linux gives the file the mode of the socket, less the umask; others refuse or ignore it.
        let file = File::from(OwnedFd::from(socket));
        let _ = file.set_permissions(fs::Permissions::from_mode(mode));
        socket = OwnedFd::from(file).into();
    }
    socket.bind(&addr)?;
    let file = SocketFile::of(path)?;
    if let Some(mode) = mode
        && fs::symlink_metadata(path)?.mode() & 0o777 != mode
    {
        fs::set_permissions(path, fs::Permissions::from_mode(mode))?;
    }
    // Until now, whoever connects is refused.
    socket.listen(backlog)?;
    Ok((Listener::Unix(socket.into()), file))
}

/// Keeps others of us out of the folder for a moment. Not all folders can be locked; that is no
/// reason not to listen.
fn lock_folder(path: &Path) -> Option<File> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let folder = File::open(folder).ok()?;
    for _ in 0..FOLDER_LOCK.0 {
        match folder.try_lock() {
            Ok(()) => return Some(folder),
            Err(TryLockError::WouldBlock) => thread::sleep(FOLDER_LOCK.1),
            Err(TryLockError::Error(_)) => break,
        }
    }
    None
}

fn remove_left_over(path: &Path) -> io::Result<()> {
    let Ok(found) = fs::symlink_metadata(path) else {
        return Ok(());
    };
    let taken = |text| Err(io::Error::new(io::ErrorKind::AddrInUse, text));
    if !found.file_type().is_socket() {
        return taken("there is something else, which is no socket");
    }
    match connect(path) {
        Err(error) if error.kind() == io::ErrorKind::ConnectionRefused => {
            match fs::remove_file(path) {
                Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
                _ => Ok(()),
            }
        }
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(()),
        Err(error) if error.kind() == io::ErrorKind::PermissionDenied => {
            taken("there is a socket, and whether it is in use is not ours to see")
        }
        // Also where it would take waiting: then there is one whose backlog is full.
        _ => taken("another server listens there"),
    }
}

fn connect(path: &Path) -> io::Result<UnixStream> {
    let socket = Socket::new(Domain::UNIX, Type::STREAM, None)?;
    socket.set_nonblocking(true)?;
    socket.connect(&SockAddr::unix(path)?)?;
    Ok(socket.into())
}

impl SocketFile {
    /// The file that is there now.
    pub(crate) fn of(path: &Path) -> io::Result<Self> {
        let found = fs::symlink_metadata(path)?;
        Ok(Self {
            // The program may change its folder before the end.
            path: std::path::absolute(path)?,
            id: (found.dev(), found.ino()),
            left: false,
        })
    }

    /// Leaves it to whoever has the socket, too.
    pub(crate) fn leave(&mut self) {
        self.left = true;
    }
}

impl Drop for SocketFile {
    fn drop(&mut self) {
        let found = fs::symlink_metadata(&self.path);
        let ours = found.is_ok_and(|found| (found.dev(), found.ino()) == self.id);
        if ours && !self.left {
            let _ = fs::remove_file(&self.path);
        }
    }
}
