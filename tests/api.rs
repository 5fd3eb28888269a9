//! The API against its own description: every operation's example is sent to the running program,
//! its answer must fit the declared schema, and what is not declared fails.

use axum::body::Body;
use axum::http::Request;
use kakehashi::access::Role;
use kakehashi::api::document::{concrete, document, request};
use kakehashi::api::operation::Effect;
use kakehashi::api::shape::{misfits, of_form};
use kakehashi::api::{OPERATIONS, Operation};
use kakehashi::args;
use kakehashi::clients::parts::Part;
use kakehashi::routes::ROUTES;
use kakehashi::staff::{token_new, tokens};
use kakehashi::web::Entry;
use kakehashi::web::form::bad_entry;
use serde_json::{Value, json};

use crate::access::people;
use crate::support::{Answer, Person, Seat, World};

/// A token of the role's organisation in the ward, with every scope or with these.
pub async fn token(w: &World, role: Role, scopes: &[&str]) -> String {
    let seat = w.seated(role, Seat::First);
    let mut entry = Entry::default();
    for (name, value) in [
        ("name", "連携の仕組み"),
        ("organisation", &seat.organisation_id),
        ("role", role.code()),
        ("expires_on", "2027-03-31"),
    ] {
        entry.set(name, value);
    }
    let all: Vec<_> = w.app.codes.list("api_scope").iter().map(|c| c.id.as_str()).collect();
    for scope in if scopes.is_empty() { &all } else { scopes } {
        entry.0.push(("scopes".into(), (*scope).to_owned()));
    }
    let values = token_new::form().read(&entry, &w.app.codes).unwrap();
    let mut tx = w.write(&w.actor(Role::Administrator)).await;
    let token = token_new::make(&mut tx, &values).await.unwrap();
    tx.commit().await.unwrap();
    token
}

pub struct Ask<'a> {
    pub token: &'a str,
    pub key: &'a str,
    pub seen: &'a str,
}

pub async fn send(w: &World, ask: &Ask<'_>, method: &str, path: &str, body: &Value) -> Answer {
    let mut request = Request::builder().method(method).uri(path).header("host", "kakehashi");
    for (name, value) in [("idempotency-key", ask.key), ("if-match", ask.seen)] {
        if !value.is_empty() {
            request = request.header(name, value);
        }
    }
    if !ask.token.is_empty() {
        request = request.header("authorization", format!("Bearer {}", ask.token));
    }
    let body = match method {
        "GET" => Body::empty(),
        _ => {
            request = request.header("content-type", "application/json");
            Body::from(body.to_string())
        }
    };
    w.visitor().send(request.body(body).unwrap()).await
}

fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|e| panic!("{e}: {}", answer.text))
}

/// Somebody with a row in every part, and a consultation.
async fn scene(w: &World, token: &str) -> (Person, String, String) {
    let person = w.person("水野", "はると").await;
    let number = kana::ClientNumber::from_row(person.number).to_string();
    let ask = Ask { token, key: "scene-0001", seen: "" };
    let log = OPERATIONS.iter().find(|o| o.id == "logConsultation").unwrap();
    let part = concrete()[0].1;
    let body = request(log, part, &w.app.codes);
    let made = read(&send(w, &ask, "POST", "/api/v1/consultations", &body).await.expect(201));
    (person, number, made["id"].as_str().unwrap().to_owned())
}

/// What an answer says that the document does not.
fn undeclared(document: &Value, op: &Operation, path: &str, said: &Answer) -> Vec<String> {
    let of = &document["paths"][path][op.method.to_lowercase()]["responses"];
    let Some(content) = of[said.status.to_string()]["content"].as_object() else {
        return vec![format!("{} {path}: {} is not declared", op.method, said.status)];
    };
    let kind = said.header("content-type");
    let Some(content) = content.get(kind) else {
        return vec![format!("{} {path}: {kind} is not declared", op.method)];
    };
    let found = misfits(&content["schema"], &read(said)).into_iter();
    found.map(|(at, why)| format!("{} {path}: {at}: {why}", op.method)).collect()
}

/// The row of a part an operation is about, made first, and the version it is then at.
async fn row(
    w: &World,
    token: &str,
    path: &str,
    part: &'static Part,
    n: usize,
) -> (String, String) {
    let at = path.split("/{row}").next().unwrap();
    let now = send(w, &Ask { token, key: "", seen: "" }, "GET", at, &Value::Null).await.expect(200);
    let rows = read(&now);
    if let Some(id) = rows["rows"][0]["id"].as_str() {
        return (id.to_owned(), now.header("etag").to_owned());
    }
    let add = OPERATIONS.iter().find(|o| o.id == "addPart").unwrap();
    let mut body = request(add, part, &w.app.codes);
    body["from"] = "2026-11-20".into();
    let key = format!("row-of-part-{n}");
    let made = send(w, &Ask { token, key: &key, seen: "" }, "POST", at, &body).await.expect(201);
    (read(&made)["id"].as_str().unwrap().to_owned(), made.header("etag").to_owned())
}

both! {
    async fn every_operation_does_what_the_document_says(w: World) {
        let token = token(&w, Role::Officer, &[]).await;
        let (_, number, mut consultation) = scene(&w, &token).await;
        let document = document(&w.app.codes);
        let (mut wrong, mut done) = (vec![], 0);
        // A case is closed last: nothing can be changed after that.
        let all = concrete();
        let (last, others): (Vec<_>, Vec<_>) =
            all.into_iter().partition(|(op, ..)| op.id == "closeClient");
        for (n, (op, part, path)) in others.into_iter().chain(last).enumerate() {
            let here = path.replace("{number}", &number);
            let (mut seen, mut id) = (String::new(), String::new());
            if path.contains("{row}") {
                (id, seen) = row(&w, &token, &here, part, n).await;
            } else if op.effect == Effect::Changes {
                seen = format!("\"{consultation}\"");
            }
            let here = here.replace("{row}", &id).replace("{id}", &consultation);
            let mut body = request(op, part, &w.app.codes);
            if body.get("from").is_some() && op.id == "correctPart" {
                body["from"] = "2026-11-02".into();
            }
            let key = format!("operation-{n}");
            let ask = Ask { token: &token, key: &key, seen: &seen };
            let said = send(&w, &ask, op.method, &here, &body).await;
            // Some parts are never without a row: the document says that in its 422.
            let lasting = part.lasting && ["endPart", "voidPart"].contains(&op.id);
            let kept_on = lasting && said.status == 422;
            if !kept_on && !(200..300).contains(&said.status) {
                wrong.push(format!("{} {here}: {} {}", op.method, said.status, said.text));
            }
            wrong.extend(undeclared(&document, op, &path, &said));
            if op.id == "correctConsultation" && said.status == 200 {
                consultation = read(&said)["id"].as_str().unwrap().to_owned();
            }
            done += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(done > 80, "{done} operations");
    }

    async fn a_wrong_description_is_noticed(w: World) {
        let token = token(&w, Role::Officer, &[]).await;
        let (_, number, _) = scene(&w, &token).await;
        let op = OPERATIONS.iter().find(|o| o.id == "showClient").unwrap();
        let ask = Ask { token: &token, key: "", seen: "" };
        let here = format!("/api/v1/clients/{number}");
        let said = send(&w, &ask, "GET", &here, &Value::Null).await.expect(200);
        let mut document = document(&w.app.codes);
        assert!(undeclared(&document, op, op.path, &said).is_empty());
        let at = "/paths/~1api~1v1~1clients~1{number}/get/responses";
        let responses = document.pointer_mut(at).unwrap();
        let schema = "/200/content/application~1json/schema/properties/client/properties/name/type";
        *responses.pointer_mut(schema).unwrap() = "integer".into();
        assert_eq!(undeclared(&document, op, op.path, &said).len(), 1);
        document.pointer_mut(at).unwrap().as_object_mut().unwrap().remove("200");
        assert!(undeclared(&document, op, op.path, &said)[0].contains("not declared"));
    }

    async fn every_field_of_every_operation_refuses_its_bad_value(w: World) {
        let token = token(&w, Role::Officer, &[]).await;
        let (_, number, consultation) = scene(&w, &token).await;
        let before = w.digest().await;
        let (mut wrong, described) = (vec![], document(&w.app.codes));
        for (op, part, path) in concrete() {
            let here = path.replace("{number}", &number).replace("{id}", &consultation);
            let here = here.replace("{row}", "no-such-row");
            let ask = Ask { token: &token, key: "bad-value-1", seen: "\"0\"" };
            let form = (op.form)(part);
            let mut bodies = vec![("unknown".to_owned(), json!({"no_such_field": 1}))];
            for field in &form.fields {
                let Some(bad) = bad_entry(field, &Entry::default()) else { continue };
                let mut body = request(op, part, &w.app.codes);
                body[field.name] = bad.get(field.name).into();
                bodies.push((field.name.to_owned(), body));
                let mut body = request(op, part, &w.app.codes);
                body[field.name] = json!({"a": [1]});
                bodies.push((field.name.to_owned(), body));
            }
            for (name, body) in bodies.into_iter().filter(|_| op.method == "POST") {
                let said = send(&w, &ask, op.method, &here, &body).await;
                if !(400..500).contains(&said.status) {
                    wrong.push(format!("{} {here} {name}: {}", op.method, said.status));
                }
                wrong.extend(undeclared(&described, op, &path, &said));
            }
            let query = form.fields.iter().map(|f| f.name).chain(["no_such_field"]);
            for name in query.filter(|_| op.method == "GET") {
                let said = send(&w, &ask, "GET", &format!("{here}?{name}=x"), &Value::Null).await;
                if said.status != 422 {
                    wrong.push(format!("GET {here}?{name}: {}", said.status));
                }
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(w.digest().await, before, "something was saved");
    }

    async fn somebody_unseen_answers_as_nobody(w: World) {
        people::settle(&w, |_, _| true).await;
        let number = kana::ClientNumber::from_row(8).to_string();
        for role in [Role::Officer, Role::Coordinator, Role::Operator] {
            let token = token(&w, role, &[]).await;
            let ask = Ask { token: &token, key: "unseen-001", seen: "\"0\"" };
            // The first use of the day is written down.
            send(&w, &ask, "GET", "/api/v1/codes", &Value::Null).await.expect(200);
            let before = w.digest().await;
            for (op, part, path) in concrete() {
                if !path.contains('{') || !w.app.access.allows(role, op.method, op.path) {
                    continue;
                }
                let body = request(op, part, &w.app.codes);
                let of = |n: &str, id: &str, row: &str| {
                    path.replace("{number}", n).replace("{id}", id).replace("{row}", row)
                };
                let unseen = of(&number, "consultation-8", "name-8");
                let unknown = of("M-99999", "no-such", "no-such");
                let (unseen, unknown) = (
                    send(&w, &ask, op.method, &unseen, &body).await,
                    send(&w, &ask, op.method, &unknown, &body).await,
                );
                assert_eq!((unseen.status, unseen.text), (404, unknown.text), "{path}");
            }
            assert_eq!(w.digest().await, before, "something was saved");
        }
    }

    async fn the_same_request_is_done_once(w: World) {
        let token = token(&w, Role::Officer, &[]).await;
        let op = OPERATIONS.iter().find(|o| o.id == "enrolClient").unwrap();
        let body = request(op, concrete()[0].1, &w.app.codes);
        let ask = Ask { token: &token, key: "enrol-once", seen: "" };
        let first = send(&w, &ask, "POST", op.path, &body).await.expect(201);
        let again = send(&w, &ask, "POST", op.path, &body).await.expect(201);
        assert_eq!((first.text, first.headers["location"].clone()),
            (again.text.clone(), again.headers["location"].clone()));
        assert_eq!(w.count("select count(*) from clients", &[]).await, 1);
        let mut other = body.clone();
        other["given"] = "つばさ".into();
        send(&w, &ask, "POST", op.path, &other).await.expect(422);
        // Nobody is entered twice under another key either.
        let ask = Ask { token: &token, key: "enrol-twice", seen: "" };
        let said = send(&w, &ask, "POST", op.path, &body).await.expect(422);
        assert!(said.text.contains("/sure"), "{}", said.text);
        w.set_clock("2026-11-21T01:00:01.000Z");
        let ask = Ask { token: &token, key: "enrol-once", seen: "" };
        send(&w, &ask, "POST", op.path, &body).await.expect(422);
        assert_eq!(w.count("select count(*) from clients", &[]).await, 1);
    }

    async fn a_change_needs_the_version_it_was_read_at(w: World) {
        let token = token(&w, Role::Officer, &[]).await;
        let (_, number, _) = scene(&w, &token).await;
        let at = format!("/api/v1/clients/{number}/parts/name");
        let id = format!("{at}/name-1/correct");
        let body = json!({"family": "水野", "family_kana": "みずの", "why": "書きまちがい"});
        let ask = |key: &'static str, seen: &'static str| Ask { token: &token, key, seen };
        send(&w, &ask("correct-01", ""), "POST", &id, &body).await.expect(428);
        send(&w, &ask("correct-02", "\"7\""), "POST", &id, &body).await.expect(412);
        let done = send(&w, &ask("correct-03", "\"0\""), "POST", &id, &body).await.expect(200);
        assert_eq!(done.header("etag"), "\"1\"");
        send(&w, &ask("correct-04", "\"0\""), "POST", &id, &body).await.expect(412);
        send(&w, &ask("correct-03", "\"0\""), "POST", &id, &body).await.expect(200);
    }

    async fn only_a_token_opens_the_api_and_only_as_far_as_it_says(w: World) {
        let good = token(&w, Role::Officer, &["read:clients"]).await;
        let (browser, here) = (w.as_(Role::Officer).await, "/api/v1/codes");
        browser.get(here).await.expect(401);
        let said = browser.get("/api/v1/no-such").await.expect(404);
        assert_eq!(said.header("content-type"), "application/problem+json");
        let ask = Ask { token: &good, key: "scope-0001", seen: "\"0\"" };
        send(&w, &ask, "DELETE", here, &Value::Null).await.expect(405);
        for (op, part, path) in concrete() {
            let body = request(op, part, &w.app.codes);
            let path = path.replace("{number}", "M-00019");
            let wide = op.scope.is_empty() || op.scope == "read:clients";
            let said = send(&w, &ask, op.method, &path, &body).await;
            assert_eq!(said.status == 403, !wide, "{path}: {}", said.text);
        }
        w.visitor().send(Request::builder().uri("/clients")
            .header("authorization", format!("Bearer {good}")).body(Body::empty()).unwrap())
            .await.expect(303);
        let mut tx = w.write(&w.actor(Role::Administrator)).await;
        let (id,): (String,) = tx.one("select id from api_tokens", args![]).await.unwrap();
        tokens::revoke(&mut tx, &id).await.unwrap();
        tx.commit().await.unwrap();
        send(&w, &ask, "GET", here, &Value::Null).await.expect(401);
        let soon = token(&w, Role::Officer, &[]).await;
        w.set_clock("2027-03-30T15:00:00.000Z");
        let ask = Ask { token: &soon, key: "", seen: "" };
        send(&w, &ask, "GET", here, &Value::Null).await.expect(401);
    }
}

#[test]
fn every_route_of_the_api_is_an_operation() {
    let routes = ROUTES.iter().filter(|(_, p)| p.starts_with("/api/v1/"));
    for (method, path) in routes.filter(|(_, p)| !p.ends_with("openapi.json")) {
        assert!(Operation::find(method, path).is_some(), "{method} {path} is not described");
    }
    let codes = kakehashi::codes::Codes::official().unwrap();
    for (op, part, _) in concrete() {
        assert!(op.scope.is_empty() || codes.has("api_scope", op.scope), "{}", op.scope);
        let answer = misfits(&(op.answer)(part, &codes), &(op.example)(part, &codes));
        assert!(answer.is_empty(), "{}: {answer:?}", op.id);
        let asked = request(op, part, &codes);
        if !op.is_query() {
            let form = misfits(&of_form(&(op.form)(part), &codes), &asked);
            assert!(form.is_empty(), "{}: {form:?}", op.id);
        }
    }
}
