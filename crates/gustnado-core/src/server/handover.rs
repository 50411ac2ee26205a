//! Descriptors for a process of the program that is about to start. They lie in a socket before it
//! does, and that socket is its standard input: so all of them are closed by whatever else is
//! executed, at every moment. It must not know what they are for.

use std::{
    env,
    fs::{File, Metadata},
    io::{self, IoSlice, IoSliceMut},
    mem::MaybeUninit,
    os::{
        fd::{AsFd, BorrowedFd, OwnedFd},
        unix::{
            fs::{FileTypeExt, MetadataExt},
            net::UnixStream,
            process::parent_id,
        },
    },
    process::{self, Command},
};

use rustix::{
    cmsg_space,
    io::{Errno, FdFlags, fcntl_setfd},
    net::{
        RecvAncillaryBuffer, RecvAncillaryMessage, RecvFlags, SendAncillaryBuffer,
        SendAncillaryMessage, SendFlags, recvmsg, sendmsg,
    },
    stdio::{dup2_stdin, stdin},
};

use crate::limits::DESCRIPTORS_AT_ONCE;

/// Says whose standard input it is about: the process that wrote it, and the number of the socket; then
/// the names of what is in it. It cannot be taken away again without `unsafe`, and others inherit it.
const VARIABLE: &str = "_GUSTNADO_STDIN";

/// Room for the descriptors of one message.
const SPACE: usize = cmsg_space!(ScmRights(DESCRIPTORS_AT_ONCE));

/// Hands descriptors to what is going to be started, under names without a colon. Its standard input
/// is the one of this process once it has [taken](take) them.
pub(super) fn hand(command: &mut Command, named: &[(&str, BorrowedFd<'_>)]) -> io::Result<()> {
    let (ours, theirs) = UnixStream::pair()?;
    // Nobody reads it yet.
    ours.set_nonblocking(true)?;
    let own = stdin().try_clone_to_owned();
    let own = own.or_else(|_closed| File::open("/dev/null").map(OwnedFd::from))?;
    let own = [own.as_fd()].into_iter();
    let all: Vec<_> = own.chain(named.iter().map(|(_, fd)| *fd)).collect();
    for some in all.chunks(DESCRIPTORS_AT_ONCE) {
        send(&ours, some)?;
    }
    let mut label = format!("{}:{}", process::id(), status(theirs.as_fd())?.ino());
    for (name, _) in named {
        label.push(':');
        label.push_str(name);
    }
    command.env(VARIABLE, label).stdin(OwnedFd::from(theirs));
    Ok(())
}

/// Takes what was handed to this process, with its names, and puts the standard input back. Nothing
/// was if it was started by something else. To be called once.
///
/// # Errors
/// When something else has read or replaced the standard input before.
pub(super) fn take() -> io::Result<Option<Vec<(String, OwnedFd)>>> {
    let label = env::var(VARIABLE).unwrap_or_default();
    let mut label = label.split(':');
    let (Some(parent), Some(number)) = (label.next(), label.next()) else {
        return Ok(None);
    };
    let found = status(stdin())
        .is_ok_and(|found| found.file_type().is_socket() && number.parse() == Ok(found.ino()));
    if !found {
        let is_own = parent.parse() == Ok(parent_id());
        return if is_own { Err(lost()) } else { Ok(None) };
    }
    let names: Vec<String> = label.map(str::to_owned).collect();
    let mut handed = receive(stdin(), names.len() + 1)?.into_iter();
    dup2_stdin(handed.next().ok_or_else(lost)?)?;
    Ok(Some(names.into_iter().zip(handed).collect()))
}

fn status(fd: BorrowedFd<'_>) -> io::Result<Metadata> {
    File::from(fd.try_clone_to_owned()?).metadata()
}

fn lost() -> io::Error {
    io::Error::other(
        "the sockets that a process of this program starts with are in its standard input: it must \
         not be read or replaced before",
    )
}

fn send(socket: &UnixStream, some: &[BorrowedFd<'_>]) -> io::Result<()> {
    let mut space = [MaybeUninit::uninit(); SPACE];
    let mut rights = SendAncillaryBuffer::new(&mut space);
    rights.push(SendAncillaryMessage::ScmRights(some));
    // A message has to have a byte.
    sendmsg(
        socket,
        &[IoSlice::new(&[0])],
        &mut rights,
        SendFlags::empty(),
    )?;
    Ok(())
}

/// Takes so many descriptors out of a socket.
fn receive(socket: BorrowedFd<'_>, count: usize) -> io::Result<Vec<OwnedFd>> {
    let mut all = Vec::new();
    while all.len() < count {
        let mut space = [MaybeUninit::uninit(); SPACE];
        let mut rights = RecvAncillaryBuffer::new(&mut space);
        // One byte, and so one message.
        let mut byte = [0];
        match recvmsg(
            socket,
            &mut [IoSliceMut::new(&mut byte)],
            &mut rights,
            CLOSED_BY_EXEC,
        ) {
            Ok(message) if message.bytes == 0 => return Err(lost()),
            Ok(_) => {}
            Err(Errno::INTR) => continue,
            Err(error) => return Err(error.into()),
        }
        for message in rights.drain() {
            if let RecvAncillaryMessage::ScmRights(some) = message {
                all.extend(some);
            }
        }
    }
    for fd in &all {
        fcntl_setfd(fd, FdFlags::CLOEXEC)?;
    }
    Ok(all)
}

#[cfg(any(target_os = "linux", target_os = "android"))]
const CLOSED_BY_EXEC: RecvFlags = RecvFlags::CMSG_CLOEXEC;
#[cfg(not(any(target_os = "linux", target_os = "android")))]
const CLOSED_BY_EXEC: RecvFlags = RecvFlags::empty();

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    #[test]
    fn descriptors_arrive_in_order_however_many_there_are() {
        let (one, other) = UnixStream::pair().unwrap();
        let count = DESCRIPTORS_AT_ONCE * 2 + 1;
        let (ours, theirs): (Vec<_>, Vec<_>) =
            (0..count).map(|_| UnixStream::pair().unwrap()).unzip();
        let sent: Vec<_> = theirs.iter().map(AsFd::as_fd).collect();
        for some in sent.chunks(DESCRIPTORS_AT_ONCE) {
            send(&one, some).unwrap();
        }
        drop((one, theirs));
        let received = receive(other.as_fd(), count).unwrap();
        for (index, (our, their)) in ours.into_iter().zip(received).enumerate() {
            drop(our);
            let mut their = UnixStream::from(their);
            their.set_nonblocking(true).unwrap();
            // Its other end is gone; those of what follows are not.
            assert_eq!(their.read(&mut [0]).unwrap(), 0, "{index}");
        }
        assert!(receive(other.as_fd(), 1).is_err(), "there are no more");
    }

    #[test]
    fn a_program_that_reads_its_input_first_does_not_wait_for_ever() {
        let mut command = Command::new("cat");
        let file = File::open("/dev/null").unwrap();
        hand(
            &mut command,
            &[("one", file.as_fd()), ("two", file.as_fd())],
        )
        .unwrap();
        let variable = command.get_envs().find(|(name, _)| *name == VARIABLE);
        let label = variable.unwrap().1.unwrap().to_str().unwrap().to_owned();
        assert!(label.ends_with(":one:two"), "{label}");
        let output = command.output().unwrap();
        assert_eq!(output.stdout, [0]);
    }

    #[test]
    fn a_process_that_was_handed_nothing_takes_nothing() {
        assert!(take().unwrap().is_none());
    }
}
