//! 長い仕事: what takes as long as there are people is done beside the desk. A statement holds the
//! thread it runs on, and the desk has one for each core; a report there would keep everybody
//! waiting who only opens a page.

use std::future::Future;
use std::sync::Arc;

use tokio::runtime::Handle;
use tokio::sync::Semaphore;
use tokio::task::spawn_blocking;

use crate::store::LONG;

/// So many requests at a time; the others wait for their like.
#[derive(Clone, Debug)]
pub struct Long(Arc<Semaphore>);

impl Default for Long {
    fn default() -> Self {
        Self(Arc::new(Semaphore::new(LONG)))
    }
}

impl Long {
    /// Does the work on a thread of its own. Whoever asked may go away; the work keeps its place
    /// until it is over.
    pub async fn run<T: Send + 'static>(
        &self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> T {
        let place = self.0.clone().acquire_owned().await;
        aside(async move {
            let _place = place;
            work.await
        })
        .await
    }
}

/// As [`Long::run`], for what runs once for each record at most and has nobody to wait for.
pub async fn aside<T: Send + 'static>(work: impl Future<Output = T> + Send + 'static) -> T {
    let here = Handle::current();
    match spawn_blocking(move || here.block_on(work)).await {
        Ok(done) => done,
        Err(e) => match e.try_into_panic() {
            Ok(panic) => std::panic::resume_unwind(panic),
            // The runtime ends: there is nobody left to answer to.
            Err(_) => std::future::pending().await,
        },
    }
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::channel;
    use std::time::Duration;

    use super::*;

    /// As a machine with one core: whoever holds its only worker holds up everybody.
    fn on_one_worker<T>(work: impl Future<Output = T>) -> T {
        let mut one = tokio::runtime::Builder::new_multi_thread();
        one.worker_threads(1).enable_all().build().unwrap().block_on(work)
    }

    /// Holds its thread until somebody else was served, and says whether somebody was.
    async fn held_until_served(aside: bool) -> bool {
        let (served, waits) = channel();
        let held = async move { waits.recv_timeout(Duration::from_secs(2)).is_ok() };
        let long = Long::default();
        let work = async move { if aside { long.run(held).await } else { held.await } };
        let work = tokio::spawn(work);
        tokio::task::yield_now().await;
        let page = tokio::spawn(async move { served.send(()).is_ok() });
        let _ = page.await;
        work.await.unwrap()
    }

    #[test]
    fn a_page_is_served_while_long_work_holds_its_thread() {
        assert!(on_one_worker(held_until_served(true)));
    }

    #[test]
    fn on_the_thread_of_the_desk_it_would_hold_up_the_page() {
        assert!(!on_one_worker(held_until_served(false)));
    }

    #[test]
    fn a_third_waits_for_one_of_two() {
        on_one_worker(async {
            let long = Long::default();
            let (_end, never) = tokio::sync::watch::channel(());
            for _ in 0..LONG {
                let (long, mut never) = (long.clone(), never.clone());
                tokio::spawn(async move { long.run(async move { never.changed().await }).await });
            }
            while long.0.available_permits() > 0 {
                tokio::task::yield_now().await;
            }
            let third = tokio::time::timeout(Duration::from_millis(20), long.run(async {}));
            assert!(third.await.is_err());
        });
    }

    #[test]
    fn a_panic_is_the_requesters() {
        let work = async { tokio::spawn(aside(async { panic!("broken") })).await };
        assert!(on_one_worker(work).unwrap_err().is_panic());
    }
}
