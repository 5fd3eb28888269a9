//! What somebody does on the pages of an import.

use kakehashi::args;
use kakehashi::imports::Layout;

use crate::support::{Answer, Browser, World};

/// Uploads and waits for the dry run: the page of the batch.
pub async fn dry_run(b: &Browser, layout: &Layout, name: &str, file: &[u8]) -> (String, Answer) {
    let fields = [("layout", layout.id.as_str())];
    let path = b.upload("/imports", &fields, name, file).await.expect(303).location().to_owned();
    let page = settled(b, &path).await;
    (path, page)
}

/// The page once nothing runs any more.
pub async fn settled(b: &Browser, path: &str) -> Answer {
    for _ in 0..6000 {
        let page = b.get(path).await.expect(200);
        if !page.text.contains("data-reload") {
            return page;
        }
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    panic!("the job does not end");
}

pub async fn post(b: &Browser, path: &str, verb: &str, fields: &[(&str, &str)]) -> Answer {
    b.post(&format!("{path}/{verb}"), fields).await.expect(303);
    settled(b, path).await
}

pub async fn kept(w: &World) -> i64 {
    w.count("select count(*) from consultations where voided_at is null", args![]).await
}

pub async fn people(w: &World) -> i64 {
    w.count("select count(*) from clients", args![]).await
}
