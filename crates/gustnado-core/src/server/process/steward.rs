//! Sees to a program that serves, from its start to its end: hears signals and whoever else may ask
//! for something, says what phase it is in, and tells those who have to know. It must not know who
//! serves, threads or processes.

use std::{future::Future, io, pin::pin, sync::Arc};

use rustix::process::{Pid, Signal, kill_process};
use tokio::{
    sync::{mpsc, watch},
    task::AbortHandle,
};

use super::{
    super::{
        listen::{Opened, SocketFile, passed_line},
        race::{Won, race},
        run::RunError,
        signal::Signals,
        worker::{Phase, advance},
    },
    line::{Ear, Mouth, Order, Report, take_up},
    next::Next,
    notify::{News, tell, watchdog},
    program::{Program, Sockets, sockets},
    role::Role,
    supervisor::{Means, supervise},
};
use crate::{
    control::{Ask, Control},
    limits::Limits,
    task::spawn,
};

/// What a program has besides its application: where it comes from, and what it passes on.
#[derive(Debug)]
pub(in crate::server) struct Estate {
    pub(in crate::server) role: Role,
    program: Arc<Program>,
    sockets: Arc<Sockets>,
}

impl Estate {
    /// To be called as soon as the sockets are open: later there may be another program at the place
    /// of this one.
    pub(in crate::server) fn new(opened: &Opened) -> io::Result<Self> {
        let role = Role::own();
        let sockets = match role {
            Role::First | Role::Next => sockets(opened)?,
            // It passes on nothing.
            Role::Worker(_) => Sockets::new(),
        };
        Ok(Self {
            role,
            program: Arc::new(Program::this()?),
            sockets: Arc::new(sockets),
        })
    }
}

/// Sees to a program that serves.
#[derive(Debug)]
pub(in crate::server) struct Steward {
    estate: Estate,
    /// Removed with this, unless somebody else has them, too.
    files: Vec<(usize, SocketFile)>,
    control: Control,
    limits: Limits,
    phase: watch::Sender<Phase>,
    reloads: watch::Sender<u32>,
    mouth: Option<Mouth>,
    /// The next program, while it starts.
    next: Option<AbortHandle>,
    teller: mpsc::UnboundedSender<Event>,
    events: mpsc::UnboundedReceiver<Event>,
}

#[derive(Debug)]
enum Event {
    /// All that serves does so.
    Ready,
    /// By a signal.
    Signal(Ask),
    /// From within.
    Asked(Ask),
    /// By the supervisor.
    Ordered(Order),
    /// Who has started this process is gone.
    Orphaned,
    /// The next program is ready, as this process.
    Followed(u32),
    NotFollowed(io::Error),
}

impl Steward {
    /// Begins to listen: from here on signals no longer end the program by themselves. To be called
    /// inside a runtime.
    pub(in crate::server) fn new(
        estate: Estate,
        opened: &mut Opened,
        control: Control,
        limits: Limits,
    ) -> io::Result<Self> {
        let (teller, events) = mpsc::unbounded_channel();
        let mut signals = Signals::listen()?;
        let tell = teller.clone();
        spawn(async move { while tell.send(Event::Signal(signals.next().await)).is_ok() {} });
        let (tell, asked) = (teller.clone(), control.clone());
        spawn(async move { while tell.send(Event::Asked(asked.asked().await)).is_ok() {} });
        let mut mouth = None;
        if let Some((_, line)) = passed_line() {
            let (ear, own) = take_up(line.try_clone()?)?;
            spawn(obey(ear, teller.clone()));
            mouth = Some(own);
        }
        let mut steward = Self {
            estate,
            files: std::mem::take(&mut opened.files),
            control,
            limits,
            phase: watch::Sender::new(Phase::Serving),
            reloads: watch::Sender::new(0),
            mouth,
            next: None,
            teller,
            events,
        };
        if steward.is_worker() {
            steward.leave_files();
        }
        Ok(steward)
    }

    /// Changes whenever what can be read again while serving is to be.
    #[cfg(feature = "tls")]
    pub(in crate::server) fn reloads(&self) -> watch::Receiver<u32> {
        self.reloads.subscribe()
    }

    pub(in crate::server) fn phase(&self) -> &watch::Sender<Phase> {
        &self.phase
    }

    /// To be called when all that serves does so.
    pub(in crate::server) fn on_ready(&self) -> impl FnOnce() + Send + 'static {
        let teller = self.teller.clone();
        move || drop(teller.send(Event::Ready))
    }

    /// Does what is asked for until so many supervised worker processes have ended. Says how many
    /// connections they cut.
    pub(in crate::server) async fn supervise(&mut self, count: usize) -> Result<usize, RunError> {
        let means = Means {
            program: Arc::clone(&self.estate.program),
            sockets: Arc::clone(&self.estate.sockets),
            phase: self.phase.clone(),
            control: self.control.clone(),
        };
        let reloads = self.reloads.subscribe();
        let limits = self.limits.clone();
        let supervising = supervise(means, reloads, count, &limits, self.on_ready());
        self.attend(supervising).await
    }

    /// Does what is asked for until what serves has ended.
    pub(in crate::server) async fn attend<T>(&mut self, serving: impl Future<Output = T>) -> T {
        let mut serving = pin!(serving);
        loop {
            match race(&mut serving, self.events.recv()).await {
                Won::One(end) => return end,
                Won::Other(Some(event)) => self.on(event),
                // Not while this has a teller, too.
                Won::Other(None) => {}
            }
        }
    }

    /// Tells whoever sums it up how many connections were cut.
    pub(in crate::server) fn tell_cut(&self, count: usize) {
        if let (Some(mouth), true) = (&self.mouth, self.is_worker()) {
            mouth.say(Report::Cut(count));
        }
    }

    fn is_worker(&self) -> bool {
        matches!(self.estate.role, Role::Worker(_))
    }

    fn on(&mut self, event: Event) {
        match event {
            Event::Ready => self.ready(),
            // A terminal, or systemd, signals all processes of a program, and the supervisor tells
            // its workers besides: the second time is not meant to cut.
            Event::Signal(Ask::Stop) if self.is_worker() => self.enter(Phase::Draining),
            Event::Signal(Ask::Restart) if self.is_worker() => {}
            Event::Asked(ask) if self.is_worker() => {
                if let Some(mouth) = &self.mouth {
                    mouth.say(Report::Asks(ask));
                }
            }
            Event::Signal(ask) | Event::Asked(ask) => self.ask(ask),
            Event::Ordered(Order::Drain) => self.enter(Phase::Draining),
            Event::Ordered(Order::Cut) => self.enter(Phase::Cutting),
            Event::Ordered(Order::Reload) => self.ask(Ask::Reload),
            Event::Orphaned if self.is_worker() => {
                tracing::warn!("the supervisor is gone");
                self.enter(Phase::Draining);
            }
            Event::Orphaned => {}
            Event::Followed(pid) => self.hand_over(pid),
            Event::NotFollowed(error) => {
                tracing::error!(%error, "cannot restart; this program goes on");
                self.next = None;
                tell(News::Ready);
            }
        }
    }

    fn ready(&mut self) {
        if let Some(mouth) = &self.mouth {
            mouth.say(Report::Ready);
        }
        match self.estate.role {
            Role::Worker(_) => return,
            // The old program tells it, to whom systemd still listens.
            Role::Next => {}
            Role::First => tell(News::Ready),
        }
        if let Some(every) = watchdog() {
            let mut ticks = tokio::time::interval(every);
            spawn(async move {
                loop {
                    ticks.tick().await;
                    tell(News::Watchdog);
                }
            });
        }
    }

    fn ask(&mut self, ask: Ask) {
        let phase = *self.phase.borrow();
        match ask {
            Ask::Stop if phase == Phase::Serving => {
                if let Some(next) = self.next.take() {
                    next.abort();
                }
                tell(News::Stopping);
                self.enter(Phase::Draining);
            }
            Ask::Stop => self.enter(Phase::Cutting),
            Ask::Reload => self
                .reloads
                .send_modify(|count| *count = count.wrapping_add(1)),
            Ask::Restart if phase > Phase::Serving || self.next.is_some() => {
                tracing::warn!("asked to restart, but stopping or restarting already");
            }
            Ask::Restart => self.start_next(),
        }
    }

    fn start_next(&mut self) {
        tracing::info!("restarting");
        tell(News::Reloading);
        let next = match Next::start(&self.estate.program, &self.estate.sockets) {
            Ok(next) => next,
            Err(error) => return self.on(Event::NotFollowed(error)),
        };
        let (limit, teller) = (self.limits.start_time, self.teller.clone());
        let following = spawn(async move {
            let _ = teller.send(match next.ready(limit).await {
                Ok(pid) => Event::Followed(pid),
                Err(error) => Event::NotFollowed(error),
            });
        });
        self.next = Some(following.abort_handle());
    }

    /// The next program serves: this one goes, and leaves it what is there once.
    fn hand_over(&mut self, pid: u32) {
        if *self.phase.borrow() > Phase::Serving {
            // It was ready just when this one was told to stop, which was meant for the program.
            let next = i32::try_from(pid).ok().and_then(Pid::from_raw);
            next.map(|next| kill_process(next, Signal::TERM));
            return;
        }
        tell(News::MainPid(pid));
        self.leave_files();
        self.enter(Phase::Draining);
    }

    fn leave_files(&mut self) {
        for (_, file) in &mut self.files {
            file.leave();
        }
    }

    fn enter(&mut self, phase: Phase) {
        if *self.phase.borrow() < phase {
            match phase {
                Phase::Serving => {}
                Phase::Draining => tracing::info!("draining"),
                Phase::Cutting => tracing::warn!("cutting"),
            }
            // Who connects is to be refused from now on, unless the next program has the sockets.
            self.estate.sockets = Arc::default();
            advance(&self.phase, phase);
        }
    }
}

/// Passes on what the process says that has started this one.
async fn obey(mut ear: Ear, teller: mpsc::UnboundedSender<Event>) {
    while let Some(order) = ear.order().await {
        let _ = teller.send(Event::Ordered(order));
    }
    let _ = teller.send(Event::Orphaned);
}
