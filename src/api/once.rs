//! 一度だけ: a request with an Idempotency-Key is done once, however often it is sent.

use axum::response::Response;
use civil::Minutes;

use super::call::{Call, Outcome, Receipt, Stop, json, stop, text};
use crate::args;
use crate::audit::Event;
use crate::store::Tx;
use crate::web::App;

/// So long an answer is kept for whoever asks again.
const KEPT_MINUTES: i64 = 24 * 60;

impl Call {
    /// A transaction for this request, unless it was answered before: then that answer.
    pub async fn begin(&self, app: &App) -> Result<Tx, Stop> {
        let mut tx = app.write(&self.actor).await?;
        let at = tx.actor.at;
        let old = at.plus(Minutes(-KEPT_MINUTES));
        tx.exec("delete from api_answers where made_at < $1", args![old]).await?;
        let mine = tx
            .exec(
                "insert into api_answers (token_id, idempotency_key, request_digest, status,
                   made_at) values ($1, $2, $3, 0, $4)
                 on conflict (token_id, idempotency_key) do nothing",
                args![self.token_id, self.key, self.digest, at],
            )
            .await?;
        if mine == 1 { Ok(tx) } else { Err(self.again(&mut tx).await?) }
    }

    /// Whether this very request was answered before.
    pub async fn was_answered(&self, app: &App) -> Result<bool, Stop> {
        let (n,): (i64,) = app
            .read(&self.actor)
            .await?
            .one(
                "select count(*) from api_answers where token_id = $1 and idempotency_key = $2
                   and request_digest = $3",
                args![self.token_id, self.key, self.digest],
            )
            .await?;
        Ok(n > 0)
    }

    /// What this key was answered before.
    async fn again(&self, tx: &mut Tx) -> Result<Stop, Stop> {
        let (said, status, location, etag, body): (String, i64, String, String, String) = tx
            .one(
                "select request_digest, status, location, etag, body from api_answers
                 where token_id = $1 and idempotency_key = $2",
                args![self.token_id, self.key],
            )
            .await?;
        if said != self.digest {
            let detail = "この Idempotency-Key は、ほかの内容の依頼で使われています。新しい値にしてください。";
            return Ok(stop(422, "保存していません", detail));
        }
        if status == 0 {
            let detail = "同じ依頼を処理しています。途中で止まったときは、いまの状態を読んでから、新しい値で送ってください。";
            return Ok(stop(409, "処理しています", detail));
        }
        Ok(Stop::Again(Box::new(json(status, &location, &etag, body))))
    }

    /// Keeps the change and its answer together.
    pub async fn made(&self, mut tx: Tx, id: &str, href: String, version: &str) -> Outcome {
        let answer = self.keep(&mut tx, id, href, version).await?;
        tx.commit().await?;
        Ok(answer)
    }

    async fn keep(&self, tx: &mut Tx, id: &str, href: String, version: &str) -> Outcome {
        let status = if self.is_change() { 200 } else { 201 };
        let location = if status == 201 { href.clone() } else { String::new() };
        let body = text(&Receipt { id: id.to_owned(), href })?;
        tx.exec(
            "update api_answers set status = $3, location = $4, etag = $5, body = $6
             where token_id = $1 and idempotency_key = $2",
            args![self.token_id, self.key, status, location, version, body],
        )
        .await?;
        Ok(json(status, &location, version, body))
    }

    /// For work that keeps transactions of its own: the key is taken first, the answer kept
    /// after; what was refused may be sent again.
    pub async fn apart(
        &self,
        app: &App,
        work: impl Future<Output = Result<(String, String, String), Stop>>,
    ) -> Outcome {
        let mut tx = self.begin(app).await?;
        tx.record(Event::new("use", "api_token", &self.token_id)).await?;
        tx.commit().await?;
        let done = work.await;
        let mut tx = app.write(&self.actor).await?;
        tx.record(Event::new("use", "api_token", &self.token_id)).await?;
        let answer: Result<Response, Stop> = match done {
            Ok((id, href, version)) => self.keep(&mut tx, &id, href, &version).await,
            Err(stop) => {
                let sql = "delete from api_answers where token_id = $1 and idempotency_key = $2";
                tx.exec(sql, args![self.token_id, self.key]).await?;
                Err(stop)
            }
        };
        tx.commit().await?;
        answer
    }
}
