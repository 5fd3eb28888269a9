//! Reading and checking a file, piece by piece, off the threads that answer requests.
//!
//! A file has a thread of its own from its bytes to its last row: what it needs is made and given
//! back in one place, and when the thread ends, all of it goes back to the machine.

use std::sync::Arc;

use axum::body::Bytes;
use tokio::sync::{mpsc, oneshot};

use super::cells::{Row, Summary};
use super::check::Check;
use super::known::Known;
use super::layout::Layout;
use super::sheet;
use crate::codes::Codes;
use crate::web::{Error, Result};

const BROKEN: &str = "ファイルを読み取れませんでした。Excelで開けるか確かめてください";

/// 読み取り. A file that was read; its rows are checked once it is known who is in the registry.
pub(super) struct Reading {
    pub summary: Summary,
    known: Option<oneshot::Sender<Known>>,
    pieces: mpsc::Receiver<Vec<Row>>,
}

impl Reading {
    /// The file, or why it cannot be read.
    pub async fn of(layout: Layout, codes: Arc<Codes>, name: String, bytes: Bytes) -> Result<Self> {
        let (tell, told) = oneshot::channel();
        let (give_known, known) = oneshot::channel::<Known>();
        let (give, pieces) = mpsc::channel(1);
        std::thread::spawn(move || {
            let read = sheet::read(&layout, &codes, &name, &bytes);
            drop(bytes);
            let rows = match read {
                Ok((summary, rows)) => tell.send(Ok(summary)).ok().map(|()| rows),
                Err(why) => tell.send(Err(why)).ok().and(None),
            };
            let (Some(rows), Ok(known)) = (rows, known.blocking_recv()) else { return };
            let mut check = Check::new(&layout, &codes, &known);
            for mut piece in rows.pieces() {
                for row in &mut piece {
                    check.row(row);
                }
                if give.blocking_send(piece).is_err() {
                    return;
                }
            }
        });
        let read = told.await.map_err(|_| Error::refused("file", BROKEN))?;
        let summary = read.map_err(|why| Error::refused("file", why))?;
        Ok(Self { summary, known: Some(give_known), pieces })
    }

    /// From now on the rows are checked.
    pub fn begin(&mut self, known: Known) {
        if let Some(give) = self.known.take() {
            // Should the thread be gone, there are no pieces, which is noticed.
            let _ = give.send(known);
        }
    }

    /// The next rows with what is wrong with them; `done` came before.
    pub async fn next(&mut self, done: usize) -> Result<Option<Vec<Row>>> {
        match self.pieces.recv().await {
            None if done < self.summary.rows => Err(Error::refused("", BROKEN)),
            piece => Ok(piece),
        }
    }
}

/// 点検の進み. Rows that are kept go in and come back.
pub(super) struct Checking {
    give: mpsc::Sender<Vec<Row>>,
    take: mpsc::Receiver<Vec<Row>>,
}

impl Checking {
    /// Goes on until it is dropped.
    pub fn begin(layout: Layout, codes: Arc<Codes>, known: Known) -> Self {
        let (give, mut given) = mpsc::channel::<Vec<Row>>(1);
        let (done, take) = mpsc::channel(1);
        std::thread::spawn(move || {
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
