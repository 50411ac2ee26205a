//! The program that this process runs, to be started again: the same for a worker, the newest that
//! is at its place for a restart. It must not know when.

use std::{
    env,
    ffi::{OsStr, OsString},
    io,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::{fs::MetadataExt, net::UnixStream, process::CommandExt},
    },
    path::{Path, PathBuf},
    process::{Child, Command},
};

use super::role::Role;
use crate::server::{
    handover::hand,
    listen::{HANDED, LINE, Opened, WITH_FILE},
};

/// How this program was started.
#[derive(Debug)]
pub(super) struct Program {
    /// Where it was found. By now there may be another.
    path: PathBuf,
    /// Device and inode of the file that runs.
    file: Option<(u64, u64)>,
    name: OsString,
    arguments: Vec<OsString>,
}

/// A process that was started, and our end of the line to it.
#[derive(Debug)]
pub(super) struct Started {
    pub(super) child: Child,
    pub(super) line: UnixStream,
}

/// Sockets that listen, each with the name that it is passed under.
pub(super) type Sockets = Vec<(String, OwnedFd)>;

impl Program {
    /// To be called early: later there may be another program at its place.
    pub(super) fn this() -> io::Result<Self> {
        let mut arguments = env::args_os();
        let name = arguments.next();
        let running = there(env::current_exe()?);
        let path = place(name.as_deref(), &running);
        let file = identity(Path::new(RUNNING)).or_else(|| identity(&path));
        Ok(Self {
            name: name.unwrap_or_else(|| path.clone().into()),
            path,
            file,
            arguments: arguments.collect(),
        })
    }

    /// Starts it in this role, with these sockets.
    pub(super) fn start(&self, role: Role, sockets: &Sockets) -> io::Result<Started> {
        let (ours, theirs) = UnixStream::pair()?;
        let line = format!("{LINE}{role}");
        let mut named: Vec<(&str, BorrowedFd<'_>)> = vec![(&line, theirs.as_fd())];
        named.extend(
            sockets
                .iter()
                .map(|(name, socket)| (&**name, socket.as_fd())),
        );
        let mut command = Command::new(self.file_for(role));
        command
            .arg0(&self.name)
            .args(&self.arguments)
            // What was passed to this process.
            .env_remove("LISTEN_FDS")
            .env_remove("LISTEN_FDNAMES")
            .env_remove("LISTEN_PID")
            .env_remove("LISTEN_FDS_FIRST_FD")
            // It is for this process, and the next one is watched in its place.
            .env_remove("WATCHDOG_PID");
        hand(&mut command, &named)?;
        let child = command.spawn().map_err(|error| {
            let text = format!("cannot start {}: {error}", self.path.display());
            io::Error::new(error.kind(), text)
        })?;
        Ok(Started { child, line: ours })
    }

    fn file_for(&self, role: Role) -> &Path {
        let replaced = identity(&self.path) != self.file;
        match role {
            // All workers are of one version, also while the next one lies there already.
            Role::Worker(_) if replaced && Path::new(RUNNING).exists() => Path::new(RUNNING),
            _ => &self.path,
        }
    }
}

/// Where Linux has the file of a process, also when it was removed.
const RUNNING: &str = "/proc/self/exe";

fn identity(path: &Path) -> Option<(u64, u64)> {
    let file = path.metadata().ok()?;
    Some((file.dev(), file.ino()))
}

/// Linux adds a word to the path of a file that was removed, or replaced, since it runs.
fn there(running: PathBuf) -> PathBuf {
    let text = running
        .to_str()
        .and_then(|path| path.strip_suffix(" (deleted)"));
    match text {
        Some(path) if !running.exists() => path.into(),
        _ => running,
    }
}

/// Where a restart finds the program. What it was called by goes before what runs: that may be a
/// link, which leads to the newest.
fn place(name: Option<&OsStr>, running: &Path) -> PathBuf {
    let called = name
        .map(Path::new)
        .filter(|name| name.components().count() > 1);
    let called = called.and_then(|name| std::path::absolute(name).ok());
    match called {
        Some(called) if called.canonicalize().is_ok_and(|file| file == running) => called,
        _ => running.to_owned(),
    }
}

/// The sockets that are passed on, by the names under which they are found again.
pub(super) fn sockets(opened: &Opened) -> io::Result<Sockets> {
    let sockets = opened.listeners.iter().map(|(place, listener)| {
        let with_file = opened.files.iter().any(|(of, _)| of == place);
        let end = if with_file { WITH_FILE } else { "" };
        let socket = listener.as_fd().try_clone_to_owned()?;
        Ok((format!("{HANDED}{place}{end}"), socket))
    });
    sockets.collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_link_that_leads_here_is_the_place() {
        let folder = env::temp_dir().join(format!("gustnado-place-{}", std::process::id()));
        std::fs::create_dir_all(&folder).unwrap();
        let folder = folder.canonicalize().unwrap();
        let (file, link) = (folder.join("program"), folder.join("current"));
        std::fs::write(&file, "").unwrap();
        std::os::unix::fs::symlink(&file, &link).unwrap();
        let place = |name: &Path| place(Some(name.as_os_str()), &file);
        assert_eq!(place(&link), link);
        assert_eq!(place(&file), file);
        assert_eq!(place(&folder.join("other")), file);
        assert_eq!(place(Path::new("program")), file, "found by PATH");
        assert_eq!(super::place(None, &file), file);
        assert_eq!(there(folder.join("program (deleted)")), file);
        assert_eq!(there(file.clone()), file);
        std::fs::remove_dir_all(&folder).unwrap();
    }
}
