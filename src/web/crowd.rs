//! 混雑: so many requests at a time and no more. Whoever comes beyond that is told at once to come
//! back in a moment, instead of waiting while memory grows; and no request lasts for ever, the
//! sending of what it carries included.

use std::sync::Arc;
use std::time::Duration;

use axum::extract::{Request, State};
use axum::http::header::{HeaderValue, RETRY_AFTER};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tokio::sync::Semaphore;

use super::{Error, Problem};

/// Far more than the people of a prefecture press at the same moment; a few hundred kilobytes each.
pub const AT_ONCE: usize = 256;
/// An import of the largest file over a slow line takes less.
const LONGEST: Duration = Duration::from_secs(120);
/// When to come back, in seconds.
const SOON: u64 = 2;

/// 混雑の門. Shared by all connections.
#[derive(Clone)]
pub struct Crowd {
    places: Arc<Semaphore>,
    longest: Duration,
}

impl Default for Crowd {
    fn default() -> Self {
        Self::new(AT_ONCE, LONGEST)
    }
}

impl Crowd {
    pub fn new(at_once: usize, longest: Duration) -> Self {
        Self { places: Arc::new(Semaphore::new(at_once)), longest }
    }
}

pub async fn admit(State(crowd): State<Crowd>, req: Request, next: Next) -> Response {
    let api = req.uri().path().starts_with("/api/");
    let Ok(_place) = crowd.places.try_acquire() else { return busy(api) };
    // What is not finished is taken back: a transaction that is dropped was never there.
    tokio::time::timeout(crowd.longest, next.run(req)).await.unwrap_or_else(|_| busy(api))
}

fn busy(api: bool) -> Response {
    let mut answer = match api {
        true => Problem::from(Error::Busy).into_response(),
        false => Error::Busy.into_response(),
    };
    answer.headers_mut().insert(RETRY_AFTER, HeaderValue::from(SOON));
    answer
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::http::StatusCode;
    use axum::middleware::from_fn_with_state;
    use axum::routing::get;
    use tower::ServiceExt;

    use super::*;

    fn router(crowd: Crowd) -> Router {
        let slow = || async {
            tokio::time::sleep(Duration::from_millis(300)).await;
            "done"
        };
        let routes = Router::new().route("/slow", get(slow)).route("/api/v1/slow", get(slow));
        routes.layer(from_fn_with_state(crowd, admit))
    }

    async fn ask(router: &Router, path: &str) -> Response {
        let req = Request::builder().uri(path).body(Body::empty()).unwrap();
        router.clone().oneshot(req).await.unwrap()
    }

    #[tokio::test]
    async fn the_next_one_is_told_to_come_back_and_finds_a_place_later() {
        let router = router(Crowd::new(2, LONGEST));
        let one = tokio::spawn({
            let router = router.clone();
            async move { (ask(&router, "/slow").await, ask(&router, "/slow").await) }
        });
        let two = tokio::spawn({
            let router = router.clone();
            async move { ask(&router, "/slow").await }
        });
        tokio::time::sleep(Duration::from_millis(100)).await;
        for path in ["/slow", "/api/v1/slow"] {
            let third = ask(&router, path).await;
            assert_eq!(third.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(third.headers()[RETRY_AFTER], "2");
        }
        assert_eq!(two.await.unwrap().status(), StatusCode::OK);
        assert_eq!(ask(&router, "/slow").await.status(), StatusCode::OK, "there is room again");
        one.await.unwrap();
    }

    #[tokio::test]
    async fn no_request_lasts_for_ever() {
        let router = router(Crowd::new(2, Duration::from_millis(50)));
        assert_eq!(ask(&router, "/slow").await.status(), StatusCode::SERVICE_UNAVAILABLE);
    }
}
