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
use kakehashi::routes::ROUTES;
use kakehashi::staff::{token_new, tokens};
use kakehashi::web::Entry;
use serde_json::{Value, json};

use crate::access::people;
use crate::support::{Answer, Seat, World};
use stage::Stage;

mod bad;
mod protocol;
mod stage;

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

pub async fn send_file(w: &World, ask: &Ask<'_>, path: &str, kind: &str, file: &[u8]) -> Answer {
    let request = Request::builder()
        .method("POST")
        .uri(path)
        .header("host", "kakehashi")
        .header("content-type", kind)
        .header("idempotency-key", ask.key)
        .header("authorization", format!("Bearer {}", ask.token));
    w.visitor().send(request.body(Body::from(file.to_vec())).unwrap()).await
}

pub fn read(answer: &Answer) -> Value {
    serde_json::from_str(&answer.text).unwrap_or_else(|e| panic!("{e}: {}", answer.text))
}

/// Somebody of the ward, by number.
async fn somebody(w: &World) -> String {
    let person = w.person("水野", "はると").await;
    kana::ClientNumber::from_row(person.number).to_string()
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

both! {
    async fn every_operation_does_what_the_document_says(w: World) {
        let stage = Stage::new(&w).await;
        let document = document(&w.app.codes);
        let (mut wrong, mut done) = (vec![], 0);
        for (op, part, path) in concrete() {
            let scene = stage.scene(op, part, &path).await;
            let said = stage.play(&scene).await;
            // Some parts are never without a row: the document says that in its 422.
            let lasting = part.lasting && ["endPart", "voidPart"].contains(&op.id);
            let kept_on = lasting && said.status == 422;
            if !kept_on && !(200..300).contains(&said.status) {
                wrong.push(format!("{} {}: {} {}", op.method, scene.here, said.status, said.text));
            }
            if said.status < 300 && op.effect == Effect::Reads && said.header("etag").is_empty() {
                wrong.push(format!("{} {}: no ETag", op.method, scene.here));
            }
            wrong.extend(undeclared(&document, op, &path, &said));
            done += 1;
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert!(done > 140, "{done} operations");
    }

    async fn a_wrong_description_is_noticed(w: World) {
        let token = token(&w, Role::Officer, &[]).await;
        let number = somebody(&w).await;
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
        let stage = Stage::new(&w).await;
        let mut scenes = vec![];
        for (op, part, path) in concrete() {
            // The rows of all parts are mended by the same three forms.
            if !path.contains("{row}") || ["name", "care"].contains(&part.id) {
                scenes.push(stage.scene(op, part, &path).await);
            }
        }
        let before = w.digest().await;
        let (mut wrong, mut sent) = (vec![], 0);
        let described = document(&w.app.codes);
        for s in &scenes {
            for (name, said) in bad::answers(&stage, s).await {
                sent += 1;
                if ![400, 422].contains(&said.status) {
                    wrong.push(format!("{} {} {name}: {}", s.op.method, s.here, said.status));
                    continue;
                }
                let refusal = read(&said);
                let at = format!("/{name}");
                let named = refusal["errors"].as_array().is_some_and(|all| {
                    all.iter().any(|e| e["pointer"].as_str().is_some_and(|p| p.starts_with(&at)))
                });
                if said.status == 422 && !named {
                    wrong.push(format!("{} {} {name}: {}", s.op.method, s.here, said.text));
                }
                wrong.extend(undeclared(&described, s.op, &s.path, &said));
            }
        }
        assert!(wrong.is_empty(), "{}", wrong.join("\n"));
        assert_eq!(w.digest().await, before, "something was saved");
        assert!(sent > 800, "{sent} bad values");
    }

    async fn somebody_unseen_answers_as_nobody(w: World) {
        people::settle(&w, |_, _| true).await;
        for role in roles() {
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
                let unseen = send(&w, &ask, op.method, &hidden(&w, &path, true), &body).await;
                let unknown = send(&w, &ask, op.method, &hidden(&w, &path, false), &body).await;
                assert_eq!((unseen.status, unseen.text), (404, unknown.text), "{role:?} {path}");
            }
            assert_eq!(w.digest().await, before, "something was saved");
        }
    }

    /// The rows of the table by hand: what is open answers, what is not is not there.
    async fn every_operation_is_there_for_its_roles_and_for_nobody_else(w: World) {
        people::settle(&w, |_, _| true).await;
        let number = kana::ClientNumber::from_row(1).to_string();
        for role in roles() {
            let token = token(&w, role, &[]).await;
            let ask = Ask { token: &token, key: "role-00001", seen: "" };
            for (op, _, path) in concrete() {
                let open = w.app.access.allows(role, op.method, op.path);
                let mut here = path.replace("{number}", &number);
                if op.is_query() {
                    here.push_str("?no_such=1");
                }
                let said = send(&w, &ask, op.method, &here, &json!({"no_such": 1})).await;
                // What is open looks at the request and finds it wanting; the rest never does.
                assert_eq!(said.status != 404, open, "{role:?} {here}: {}", said.status);
            }
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
        let number = somebody(&w).await;
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
            if op.id == "uploadImport" {
                continue; // a file: its scope is looked at before the file
            }
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

/// Programs act for desks and bodies.
fn roles() -> impl Iterator<Item = Role> {
    let persons = [Role::Family, Role::Auditor, Role::Administrator];
    Role::ALL.into_iter().filter(move |r| !persons.contains(r))
}

/// The address of a record of the neighbouring ward, or of one that does not exist.
fn hidden(w: &World, path: &str, exists: bool) -> String {
    let noun = path.trim_start_matches("/api/v1/").split('/').next().unwrap();
    let id = match noun {
        "consultations" => "consultation-8",
        "case-notes" => "note-8",
        "follow-ups" => "follow-8",
        "requests" => "request-8",
        "assignments" => "assignment-8",
        "moves" => "move-8",
        _ => "no-such",
    };
    let number = kana::ClientNumber::from_row(8).to_string();
    let account = w.seated(Role::Coordinator, Seat::Abroad).account_id;
    let row = if path.contains("/care-score/") { "score-8" } else { "name-8" };
    let (number, id, row, member, account) = match exists {
        true => (number.as_str(), id, row, "team-8-operator", account.as_str()),
        false => ("M-99999", "no-such", "no-such", "no-such", "no-such"),
    };
    path.replace("{number}", number)
        .replace("{id}", id)
        .replace("{row}", row)
        .replace("{member}", member)
        .replace("{account}", account)
        .replace("{edition}", "7")
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
            let form = misfits(&of_form(&(op.form)(part, &codes), &codes), &asked);
            assert!(form.is_empty(), "{}: {form:?}", op.id);
        }
    }
}
