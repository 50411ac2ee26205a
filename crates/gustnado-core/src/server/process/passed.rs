//! A shim until the listeners know passed sockets.

use std::{
    net::TcpListener,
    os::{fd::OwnedFd, unix::net::UnixStream},
    sync::Mutex,
};

use super::role::{LINE_NAME, keep_line};

static PASSED: Mutex<Option<Vec<TcpListener>>> = Mutex::new(None);

pub(in crate::server) fn take() -> Option<TcpListener> {
    let mut passed = PASSED.lock().unwrap();
    let passed = passed.get_or_insert_with(|| {
        let names = std::env::var("LISTEN_FDNAMES").unwrap_or_default();
        let mut names = names.split(':');
        let mut fds = listenfd::ListenFd::from_env();
        let mut all = Vec::new();
        for index in 0..fds.len() {
            if names.next() == Some(LINE_NAME) {
                let line = fds.take_unix_listener(index).unwrap().unwrap();
                keep_line(UnixStream::from(OwnedFd::from(line)));
            } else {
                all.push(fds.take_tcp_listener(index).unwrap().unwrap());
            }
        }
        all
    });
    passed.pop()
}
