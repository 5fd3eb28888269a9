//! What HTTP itself asks: pages, versions, methods, kinds, sizes, and how often.

use axum::body::Body;
use axum::http::Request;
use kakehashi::access::Role;
use kakehashi::api::document::document;
use kakehashi::args;
use serde_json::{Value, json};

use super::stage::{Stage, op};
use super::{Ask, read, send_file, token};
use crate::support::{Answer, World};

async fn raw(w: &World, token: &str, method: &str, path: &str, headers: &[(&str, &str)]) -> Answer {
    let mut request = Request::builder()
        .method(method)
        .uri(path)
        .header("host", "kakehashi")
        .header("authorization", format!("Bearer {token}"));
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    w.visitor().send(request.body(Body::empty()).unwrap()).await
}

/// The ids of a list, page by page, by the address each page names.
async fn all(stage: &Stage, first: &str) -> Vec<String> {
    let (mut at, mut out) = (Some(first.to_owned()), vec![]);
    while let Some(path) = at {
        let said = stage.get(&path).await.expect(200);
        let page = read(&said);
        for item in page["items"].as_array().unwrap() {
            out.push(item["id"].as_str().unwrap().to_owned());
        }
        at = page["next"].as_str().map(str::to_owned);
        let link = at.as_ref().map(|next| format!("<{next}>; rel=\"next\"")).unwrap_or_default();
        assert_eq!(said.header("link"), link);
        assert_eq!(page["after"].is_null(), at.is_none());
    }
    out
}

async fn log(stage: &Stage, at: &str) -> String {
    let mut body = stage.body(op("logConsultation"), &kakehashi::clients::parts::all()[0]);
    body["occurred_at"] = at.into();
    let said = stage.send("POST", "/api/v1/consultations", &body, "").await.expect(201);
    read(&said)["id"].as_str().unwrap().to_owned()
}

both! {
    async fn a_list_is_read_page_by_page_and_nothing_twice(w: World) {
        let stage = Stage::new(&w).await;
        let mut logged = vec![];
        // Two of them at the same moment: the id decides.
        for day in [3, 5, 5, 1, 9] {
            logged.push((day, log(&stage, &format!("2026-11-0{day}T10:00:00+09:00")).await));
        }
        logged.sort_by(|a, b| b.cmp(a));
        let wanted: Vec<_> = logged.into_iter().map(|(_, id)| id).collect();
        assert_eq!(all(&stage, "/api/v1/consultations?limit=2").await, wanted);
        assert_eq!(all(&stage, "/api/v1/consultations?limit=100").await, wanted);
        let page = read(&stage.get("/api/v1/consultations?limit=2").await);
        assert_eq!((page["total"].as_i64(), page["at_least"].as_bool()), (Some(5), Some(false)));
        // What comes in meanwhile is in front: nothing is said twice or left out.
        log(&stage, "2026-11-10T10:00:00+09:00").await;
        let next = page["next"].as_str().unwrap();
        assert_eq!(all(&stage, next).await, wanted[2..]);
        // One key in some thousands ends like a My Number.
        let key = page["after"].as_str().unwrap();
        let odd = next.replace(&key[key.len() - 12..], "123456789018");
        assert_ne!(odd, next);
        stage.get(&odd).await.expect(200);
        let about = "/api/v1/consultations?limit=2&channel=phone&from=2026-11-05&until=2026-11-09";
        assert_eq!(all(&stage, about).await, wanted[..3]);
        let mine = "/api/v1/case-notes?mine=true&limit=1";
        let (person, mut notes) = (stage.person().await, vec![]);
        let (at, body) = (format!("{person}/case-notes"),
            stage.body(op("writeCaseNote"), &kakehashi::clients::parts::all()[0]));
        for _ in 0..2 {
            let said = stage.send("POST", &at, &body, "").await.expect(201);
            notes.push(read(&said)["id"].as_str().unwrap().to_owned());
        }
        notes.reverse();
        assert_eq!(all(&stage, mine).await, notes);
        assert_eq!(all(&stage, &format!("{person}/case-notes?limit=1")).await, notes);
        let bad = stage.get("/api/v1/consultations?after=x").await.expect(422);
        assert_eq!(read(&bad)["errors"][0]["pointer"], "/after");
    }

    async fn a_search_goes_on_without_a_name_in_an_address(w: World) {
        let stage = Stage::new(&w).await;
        for given in ["あおい", "いつき", "うみ"] {
            let mut body = stage.body(op("enrolClient"),
                &kakehashi::clients::parts::all()[0]);
            (body["given"], body["given_kana"]) = (given.into(), given.into());
            body["sure"] = true.into();
            stage.send("POST", "/api/v1/clients", &body, "").await.expect(201);
        }
        let (mut names, mut body) = (vec![], json!({"q": "かわかみ", "limit": 2}));
        loop {
            let said = stage.send("POST", "/api/v1/clients/search", &body, "").await.expect(200);
            let page = read(&said);
            names.extend(page["items"].as_array().unwrap().iter().map(|c| c["kana"].clone()));
            assert_eq!((page["total"].as_i64(), page["next"].clone()), (Some(3), Value::Null));
            assert_eq!(said.header("link"), "");
            if page["after"].is_null() {
                break;
            }
            body["after"] = page["after"].clone();
        }
        assert_eq!(names, ["かわかみ あおい", "かわかみ いつき", "かわかみ うみ"]);
        body["after"] = "M-99999".into();
        stage.send("POST", "/api/v1/clients/search", &body, "").await.expect(422);
    }

    async fn beyond_a_thousand_the_total_is_at_least(w: World) {
        let stage = Stage::new(&w).await;
        log(&stage, "2026-11-05T10:00:00+09:00").await;
        for n in 0..10 {
            w.exec(
                "insert into consultations (id, controller_id, organisation_id, standing,
                   occurred_at, occurred_on, channel, inquirer_kind, scope, series, region, text,
                   words, handler_id, recorded_at, recorded_by)
                 select id || $1, controller_id, organisation_id, standing, occurred_at,
                   occurred_on, channel, inquirer_kind, scope, series, region, text, words,
                   handler_id, recorded_at, recorded_by from consultations",
                args![format!("-{n}")],
            )
            .await;
        }
        let page = read(&stage.get("/api/v1/consultations?limit=1").await.expect(200));
        assert_eq!((page["total"].as_i64(), page["at_least"].as_bool()), (Some(1000), Some(true)));
        assert_eq!(all(&stage, "/api/v1/consultations?limit=100").await.len(), 1024);
    }

    async fn what_has_not_changed_is_not_sent_again(w: World) {
        let stage = Stage::new(&w).await;
        let id = log(&stage, "2026-11-05T10:00:00+09:00").await;
        for path in ["/api/v1/codes".to_owned(), format!("/api/v1/consultations/{id}")] {
            let tag = stage.get(&path).await.expect(200).header("etag").to_owned();
            let seen = [("if-none-match", tag.as_str())];
            let same = raw(&w, &stage.token, "GET", &path, &seen).await.expect(304);
            assert_eq!((same.text.as_str(), same.header("etag")), ("", tag.as_str()));
            let other = [("if-none-match", "\"other\"")];
            raw(&w, &stage.token, "GET", &path, &other).await.expect(200);
        }
    }

    async fn methods_and_kinds_are_answered_as_http_says(w: World) {
        let token = token(&w, Role::Officer, &[]).await;
        let at = "/api/v1/consultations";
        let head = raw(&w, &token, "HEAD", at, &[]).await.expect(200);
        assert!(head.text.is_empty() && !head.header("etag").is_empty());
        let options = raw(&w, "", "OPTIONS", at, &[]).await.expect(204);
        assert_eq!(options.header("allow"), "GET, HEAD, OPTIONS, POST");
        raw(&w, "", "OPTIONS", "/api/v1/no-such", &[]).await.expect(404);
        let put = raw(&w, &token, "PUT", at, &[]).await.expect(405);
        assert_eq!(put.header("allow"), "GET, HEAD, OPTIONS, POST");
        for accept in ["text/html", "application/json;q=0", "image/*, text/plain"] {
            let said = raw(&w, &token, "GET", at, &[("accept", accept)]).await.expect(406);
            assert_eq!(said.header("content-type"), "application/problem+json");
        }
        for accept in ["*/*", "text/html, application/json;q=0.5", "application/*"] {
            raw(&w, &token, "GET", at, &[("accept", accept)]).await.expect(200);
        }
        let text = [("content-type", "text/plain"), ("idempotency-key", "kind-0001")];
        raw(&w, &token, "POST", at, &text).await.expect(415);
        let file = "/api/v1/imports?layout=consultations";
        raw(&w, &token, "POST", file, &text).await.expect(415);
        let json = [("content-type", "application/json"), ("idempotency-key", "kind-0002")];
        raw(&w, &token, "POST", at, &json).await.expect(400);
        let long = Request::builder().method("POST").uri(at).header("host", "kakehashi")
            .header("authorization", format!("Bearer {token}"))
            .header("idempotency-key", "kind-0003")
            .header("content-type", "application/json").body(Body::from(vec![b' '; 300_000]));
        w.visitor().send(long.unwrap()).await.expect(413);
    }

    async fn a_program_that_asks_too_often_is_told_when_to_come_back(w: World) {
        let busy = token(&w, Role::Officer, &[]).await;
        let other = token(&w, Role::Nurse, &[]).await;
        let admin = w.as_(Role::Administrator).await;
        admin.post("/tokens/limit", &[("api_per_minute", "10")]).await.expect(303);
        for _ in 0..10 {
            raw(&w, &busy, "GET", "/api/v1/codes", &[]).await.expect(200);
        }
        let late = raw(&w, &busy, "GET", "/api/v1/codes", &[]).await.expect(429);
        assert_eq!(late.header("retry-after"), "60");
        assert_eq!(late.header("content-type"), "application/problem+json");
        raw(&w, &other, "GET", "/api/v1/codes", &[]).await.expect(200);
        w.pass_minutes(1);
        raw(&w, &busy, "GET", "/api/v1/codes", &[]).await.expect(200);
    }

    async fn a_file_that_is_sent_twice_is_checked_once(w: World) {
        let stage = Stage::new(&w).await;
        let ask = Ask { token: &stage.token, key: "file-0001", seen: "" };
        let at = "/api/v1/imports?layout=consultations";
        let first = send_file(&w, &ask, at, "text/csv", &stage.csv()).await.expect(201);
        let again = send_file(&w, &ask, at, "text/csv", &stage.csv()).await.expect(201);
        assert_eq!(first.text, again.text);
        assert_eq!(w.count("select count(*) from import_batches", &[]).await, 1);
        send_file(&w, &ask, at, "text/csv", b"x").await.expect(422);
        let ask = Ask { token: &stage.token, key: "file-0002", seen: "" };
        let said = send_file(&w, &ask, at, "text/csv", b"x").await.expect(422);
        assert_eq!(read(&said)["errors"][0]["pointer"], "/file");
        // What was refused may be mended and sent again under the same key.
        send_file(&w, &ask, at, "text/csv", &stage.csv()).await.expect(201);
        let here = read(&first)["href"].as_str().unwrap().to_owned();
        let shown = read(&stage.get(&here).await.expect(200));
        let counted = ["rows", "bad"].map(|n| shown["import"][n].as_i64());
        assert_eq!(counted, [Some(1), Some(0)]);
    }
}

/// What the validator of these tests does not know would pass unseen.
#[test]
fn the_document_uses_only_words_the_validator_knows() {
    const KNOWN: &[&str] = &[
        "type",
        "title",
        "description",
        "properties",
        "required",
        "additionalProperties",
        "items",
        "enum",
        "format",
        "pattern",
        "minLength",
        "maxLength",
        "minimum",
        "maximum",
        "minItems",
        "uniqueItems",
    ];
    fn look(schema: &Value, found: &mut Vec<String>) {
        for (word, value) in schema.as_object().into_iter().flatten() {
            match word.as_str() {
                "properties" => value.as_object().unwrap().values().for_each(|s| look(s, found)),
                "items" => look(value, found),
                word if !KNOWN.contains(&word) => found.push(word.to_owned()),
                _ => {}
            }
        }
    }
    fn schemas(value: &Value, found: &mut Vec<String>, seen: &mut usize) {
        for (name, value) in value.as_object().into_iter().flatten() {
            if name == "schema" {
                *seen += 1;
                look(value, found);
            } else {
                schemas(value, found, seen);
            }
        }
    }
    let (mut found, mut seen) = (vec![], 0);
    schemas(
        &document(&kakehashi::codes::Codes::official().unwrap())["paths"],
        &mut found,
        &mut seen,
    );
    assert!(found.is_empty() && seen > 500, "{seen} schemas, not known: {found:?}");
}
