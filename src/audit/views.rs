//! 閲覧の記録をまとめて書く: everybody who looks at the same moment shares one transaction and one
//! durable commit; each waits for it before the page leaves.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::oneshot;

use super::Event;
use crate::access::Actor;
use crate::store::{Db, Error, Result};

/// How many looks one transaction takes; the rest go into the next.
const TOGETHER: usize = 64;
/// More than can be waiting while the disk keeps up: beyond it the page is refused.
const WAITING: usize = 4_096;

/// 閲覧. Waits until it is on disk.
struct View {
    by: Actor,
    event: Event,
    tell: oneshot::Sender<Result<(), Failed>>,
}

#[derive(Default)]
struct Queue {
    waiting: Vec<View>,
    /// Somebody is writing; what comes meanwhile is written next.
    busy: bool,
}

#[derive(Clone, Default)]
pub struct Views(Arc<Mutex<Queue>>);

impl Views {
    /// Returns once the event is on disk.
    pub async fn record(&self, db: &Db, by: Actor, event: Event) -> Result<()> {
        let (tell, told) = oneshot::channel();
        let first = {
            let mut queue = self.queue();
            if queue.waiting.len() >= WAITING {
                return Err(Error::Lost("too many views wait for the disk".into()));
            }
            queue.waiting.push(View { by, event, tell });
            !std::mem::replace(&mut queue.busy, true)
        };
        if first {
            // A task of its own: the others wait for it even if this requester goes away.
            tokio::spawn(self.clone().write(db.clone()));
        }
        match told.await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(Failed::Full)) => Err(Error::Full),
            Ok(Err(Failed::Other(why))) => Err(Error::Lost(why)),
            Err(_) => Err(Error::Lost("writer stopped".into())),
        }
    }

    async fn write(self, db: Db) {
        loop {
            // Whoever is about to look shares the commit.
            tokio::task::yield_now().await;
            let some = {
                let mut queue = self.queue();
                let n = queue.waiting.len().min(TOGETHER);
                queue.busy = n > 0;
                queue.waiting.drain(..n).collect::<Vec<_>>()
            };
            if some.is_empty() {
                return;
            }
            let (all, tells): (Vec<_>, Vec<_>) =
                some.into_iter().map(|v| ((v.by, v.event), v.tell)).unzip();
            let kept = keep(&db, &all).await.map_err(Failed::from);
            for tell in tells {
                let _ = tell.send(kept.clone());
            }
        }
    }

    fn queue(&self) -> MutexGuard<'_, Queue> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// A full disk has the reserve freed: then there is room for these.
async fn keep(db: &Db, all: &[(Actor, Event)]) -> Result<()> {
    match write(db, all).await {
        Err(Error::Full) => write(db, all).await,
        done => done,
    }
}

async fn write(db: &Db, all: &[(Actor, Event)]) -> Result<()> {
    let Some((first, _)) = all.first() else { return Ok(()) };
    let mut tx = db.write_always(&Actor::system(first.at, "")).await?;
    tx.record_all(all).await?;
    tx.commit().await
}

/// Told to everybody who shared the commit.
#[derive(Clone)]
enum Failed {
    Full,
    Other(String),
}

impl From<Error> for Failed {
    fn from(e: Error) -> Self {
        match e {
            Error::Full => Self::Full,
            other => Self::Other(other.to_string()),
        }
    }
}
