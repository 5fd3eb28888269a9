//! Long work in the background: how far it is, for the page that waits. Nothing here survives a
//! restart, and nothing needs to: what the work keeps is kept in its transaction or not at all.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

/// What runs at the moment, by the id of the record it is about.
#[derive(Clone, Debug, Default)]
pub struct Jobs(Arc<Mutex<BTreeMap<String, Progress>>>);

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub what: &'static str,
    pub done: usize,
    pub total: usize,
}

/// One piece of work. It is over when this is dropped, even by a panic.
#[derive(Debug)]
pub struct Job {
    jobs: Jobs,
    id: String,
}

impl Jobs {
    /// `None` while the record is already being worked on.
    pub fn begin(&self, id: &str, what: &'static str, total: usize) -> Option<Job> {
        let mut all = self.0.lock().ok()?;
        if all.contains_key(id) {
            return None;
        }
        all.insert(id.to_owned(), Progress { what, done: 0, total });
        Some(Job { jobs: self.clone(), id: id.to_owned() })
    }

    /// How many pieces run now; forms that wait for each other are none.
    pub fn running(&self) -> usize {
        let work =
            |all: &BTreeMap<String, Progress>| all.values().filter(|p| p.what != "送信").count();
        self.0.lock().map_or(0, |all| work(&all))
    }

    pub fn progress(&self, id: &str) -> Option<Progress> {
        self.0.lock().ok()?.get(id).copied()
    }
}

impl Job {
    pub fn done(&self, done: usize) {
        if let Ok(mut all) = self.jobs.0.lock()
            && let Some(progress) = all.get_mut(&self.id)
        {
            progress.done = done;
        }
    }
}

impl Drop for Job {
    fn drop(&mut self) {
        if let Ok(mut all) = self.jobs.0.lock() {
            all.remove(&self.id);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_job_a_record_and_gone_when_over() {
        let jobs = Jobs::default();
        let job = jobs.begin("a", "確認", 10).unwrap();
        assert!(jobs.begin("a", "確認", 10).is_none());
        assert!(jobs.begin("b", "確認", 1).is_some());
        job.done(4);
        assert_eq!(jobs.progress("a"), Some(Progress { what: "確認", done: 4, total: 10 }));
        drop(job);
        assert_eq!(jobs.progress("a"), None);
        assert!(jobs.begin("a", "登録", 3).is_some());
    }
}
