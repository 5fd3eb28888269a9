//! The check of a whole file, piece by piece, off the threads that answer requests.

use std::sync::Arc;

use tokio::sync::mpsc;

use super::cells::Row;
use super::check::Check;
use super::known::Known;
use super::layout::Layout;
use crate::codes::Codes;
use crate::web::{Error, Result};

pub(super) const BROKEN: &str = "ファイルを読み取れませんでした。Excelで開けるか確かめてください";

/// 点検の進み. Rows go in and come back.
pub(super) struct Checking {
    give: mpsc::Sender<Vec<Row>>,
    take: mpsc::Receiver<Vec<Row>>,
}

impl Checking {
    /// Goes on until it is dropped.
    pub fn begin(layout: Layout, codes: Arc<Codes>, known: Known) -> Self {
        let (give, mut given) = mpsc::channel::<Vec<Row>>(1);
        let (done, take) = mpsc::channel(1);
        tokio::task::spawn_blocking(move || {
            let mut check = Check::new(&layout, &codes, &known);
            while let Some(mut rows) = given.blocking_recv() {
                for row in &mut rows {
                    check.row(row);
                }
                if done.blocking_send(rows).is_err() {
                    break;
                }
            }
        });
        Self { give, take }
    }

    /// The rows with what is wrong with them.
    pub async fn of(&mut self, rows: Vec<Row>) -> Result<Vec<Row>> {
        let broken = || Error::refused("", BROKEN);
        self.give.send(rows).await.map_err(|_| broken())?;
        self.take.recv().await.ok_or_else(broken)
    }
}
