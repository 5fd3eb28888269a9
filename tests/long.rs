//! 長い仕事: a report waits for a report, never a page for either.

use std::time::Duration;

use kakehashi::access::{AccessTable, Role};
use kakehashi::store::LONG;
use tokio::sync::{mpsc, watch};
use tokio::task::JoinHandle;

use crate::consultations::log;
use crate::support::World;

const REPORT: &str = "/reports/centre_consultations";

/// As many reports as may run at a time, that do not end before they are told.
async fn reports(w: &World, end: &watch::Receiver<()>) -> Vec<JoinHandle<()>> {
    let (begun, mut all) = mpsc::channel(LONG);
    let one = |_| {
        let (long, begun, mut end) = (w.app.long.clone(), begun.clone(), end.clone());
        let work = async move {
            begun.send(()).await.unwrap();
            let _ = end.changed().await;
        };
        tokio::spawn(async move { long.run(work).await })
    };
    let running = (0..LONG).map(one).collect();
    for _ in 0..LONG {
        all.recv().await.unwrap();
    }
    running
}

both! {
    async fn a_page_does_not_wait_for_reports(w: World) {
        let officer = w.as_(Role::Officer).await;
        let (end, told) = watch::channel(());
        let running = reports(&w, &told).await;
        let third = tokio::time::timeout(Duration::from_millis(50), officer.get(REPORT));
        assert!(third.await.is_err(), "it waits for one of them");
        officer.get("/clients").await.expect(200);
        end.send(()).unwrap();
        for report in running {
            report.await.unwrap();
        }
        officer.get(REPORT).await.expect(200);
    }

    async fn long_work_sees_what_was_just_written(w: World) {
        let coordinator = w.as_(Role::Coordinator).await;
        let before = coordinator.get("/consultations").await.expect(200).text;
        assert!(!before.contains("ここに書いた相談"));
        log(&coordinator, &[("text", "ここに書いた相談")]).await;
        let after = coordinator.get("/consultations").await.expect(200).text;
        assert!(after.contains("ここに書いた相談"));
    }
}

/// Files hold everybody's rows, and nobody knows how long an upload is.
#[test]
fn whatever_makes_or_takes_a_file_is_long() {
    let short: Vec<_> = AccessTable::official()
        .unwrap()
        .rows()
        .iter()
        .filter(|r| r.path.contains("/files/") || r.path.ends_with("/upload"))
        .filter(|r| !r.long)
        .map(|r| r.path.clone())
        .collect();
    assert_eq!(short, Vec::<String>::new());
}
