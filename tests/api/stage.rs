//! What the operations are about: made anew for each, through the API itself.

use std::sync::atomic::{AtomicUsize, Ordering::SeqCst};

use kakehashi::access::Role;
use kakehashi::api::document::request;
use kakehashi::api::operation::Effect;
use kakehashi::api::{OPERATIONS, Operation};
use kakehashi::args;
use kakehashi::clients::parts::{self, Part};
use kakehashi::imports::layouts;
use kakehashi::moves::propose;
use kakehashi::web::Entry;
use serde_json::{Value, json};

use super::{Ask, read, send, send_file, token};
use crate::support::{ABROAD, Answer, HOME, Seat, World};

pub const REPORT: &str = "centre_consultations";

pub struct Stage {
    pub w: World,
    pub token: String,
    keys: AtomicUsize,
}

/// An operation at an address where it can be done, and the version it is then at.
pub struct Scene {
    pub op: &'static Operation,
    pub part: &'static Part,
    /// As the document names it.
    pub path: String,
    pub here: String,
    pub seen: String,
    pub body: Value,
}

pub fn op(id: &str) -> &'static Operation {
    OPERATIONS.iter().find(|o| o.id == id).unwrap_or_else(|| panic!("no operation {id}"))
}

impl Stage {
    /// With coordinators, an edition of a report and an officer's token.
    pub async fn new(w: &World) -> Self {
        for seat in [Seat::First, Seat::Second] {
            let a = w.seated(Role::Coordinator, seat);
            w.exec(
                "insert into coordinators (id, account_id, organisation_id, areas, training,
                   valid_from, recorded_at, recorded_by)
                 values ($1, $1, $2, 'east', 'completed', '2026-04-01', $3, $1)",
                args![a.account_id, a.organisation_id, a.at],
            )
            .await;
        }
        let edition = [("note", "協議会"), ("checked", "1")];
        let path = format!("/reports/{REPORT}/publish");
        w.as_(Role::Officer).await.post(&path, &edition).await.expect(303);
        let often = [("api_per_minute", "100000")];
        w.as_(Role::Administrator).await.post("/tokens/limit", &often).await.expect(303);
        let token = token(w, Role::Officer, &[]).await;
        Self { w: w.clone(), token, keys: AtomicUsize::new(1) }
    }

    pub fn key(&self) -> String {
        format!("stage-{:05}", self.keys.fetch_add(1, SeqCst))
    }

    pub async fn send(&self, method: &str, path: &str, body: &Value, seen: &str) -> Answer {
        let key = self.key();
        send(&self.w, &Ask { token: &self.token, key: &key, seen }, method, path, body).await
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send("GET", path, &Value::Null, "").await
    }

    /// The example of the document, with ids that exist here.
    pub fn body(&self, op: &Operation, part: &'static Part) -> Value {
        let mut body = request(op, part, &self.w.app.codes);
        let (first, second) =
            (self.w.actor(Role::Coordinator), self.w.seated(Role::Coordinator, Seat::Second));
        for (name, id) in [
            ("organisation", self.w.actor(Role::School).organisation_id),
            ("desk", first.organisation_id),
            ("account", first.account_id),
            ("to", second.account_id),
        ] {
            if body[name].as_str().is_some_and(|v| v.starts_with("0199f0c2")) {
                body[name] = id.into();
            }
        }
        body
    }

    async fn made(&self, id: &str, path: &str) -> String {
        let op = op(id);
        let body = self.body(op, &parts::all()[0]);
        let said = self.send("POST", path, &body, "").await.expect(201);
        read(&said)["id"].as_str().unwrap().to_owned()
    }

    /// A new person's address.
    pub async fn person(&self) -> String {
        let person = self.w.person("水野", "はると").await;
        format!("/api/v1/clients/{}", kana::ClientNumber::from_row(person.number))
    }

    pub fn csv(&self) -> Vec<u8> {
        let layouts = layouts(&self.w.app).unwrap();
        let layout = layouts.iter().find(|l| l.id == "consultations").unwrap();
        let head: Vec<String> = layout.template().into_iter().map(str::to_owned).collect();
        let row: Vec<String> = layout.columns.iter().map(|c| c.sample.clone()).collect();
        sheets::write_csv([head, row], sheets::Encoding::Utf8Bom).unwrap()
    }

    pub async fn upload(&self) -> String {
        let key = self.key();
        let ask = Ask { token: &self.token, key: &key, seen: "" };
        let path = "/api/v1/imports?layout=consultations";
        let said = send_file(&self.w, &ask, path, "text/csv", &self.csv()).await.expect(201);
        read(&said)["href"].as_str().unwrap().to_owned()
    }

    async fn assignment(&self) -> String {
        let at = format!("{}/request", self.person().await);
        let at = format!("/api/v1/requests/{}", self.made("requestCoordinator", &at).await);
        let seen = self.get(&at).await.expect(200).header("etag").to_owned();
        let body = self.body(op("assignCoordinator"), &parts::all()[0]);
        let said = self.send("POST", &format!("{at}/assign"), &body, &seen).await.expect(200);
        read(&said)["href"].as_str().unwrap().to_owned()
    }

    /// Proposed to this ward by its neighbour.
    async fn incoming(&self) -> String {
        let person = self.w.person_of(ABROAD, "海野", "そら").await;
        let mut tx = self.w.write(&self.w.seated(Role::Officer, Seat::Abroad)).await;
        let client = kakehashi::clients::see_by_id(&mut tx, &person.id).await.unwrap().unwrap();
        let mut entry = Entry::default();
        for (name, value) in [
            ("to", HOME),
            ("moves_on", "2026-11-20"),
            ("given_by", "母"),
            ("given_on", "2026-11-18"),
            ("method", "paper"),
            ("note", "よろしくお願いします"),
        ] {
            entry.set(name, value);
        }
        let values = propose::form().read(&entry, &self.w.app.codes).unwrap();
        let codes = self.w.app.codes.clone();
        let id = propose::propose(&mut tx, &codes, &client, &values).await.unwrap();
        tx.commit().await.unwrap();
        format!("/api/v1/moves/{id}")
    }

    /// The address a record is read at, made anew: what stands in place of `{id}` and so on.
    async fn subject(&self, op: &Operation, part: &'static Part, path: &str) -> String {
        let noun = path.trim_start_matches("/api/v1/").split('/').next().unwrap();
        match noun {
            "consultations" => {
                let id = self.made("logConsultation", "/api/v1/consultations").await;
                format!("/api/v1/consultations/{id}")
            }
            "case-notes" => {
                let at = format!("{}/case-notes", self.person().await);
                format!("/api/v1/case-notes/{}", self.made("writeCaseNote", &at).await)
            }
            "follow-ups" => {
                let id = self.made("logConsultation", "/api/v1/consultations").await;
                let at = format!("/api/v1/consultations/{id}/follow-ups");
                format!("/api/v1/follow-ups/{}", self.made("promiseOfConsultation", &at).await)
            }
            "requests" => {
                let at = format!("{}/request", self.person().await);
                format!("/api/v1/requests/{}", self.made("requestCoordinator", &at).await)
            }
            "assignments" => self.assignment().await,
            "imports" => self.import(op).await,
            "moves" => self.incoming().await,
            "coordinators" => {
                format!("/api/v1/coordinators/{}", self.w.actor(Role::Coordinator).account_id)
            }
            "reports" if path.contains("{edition}") => {
                format!("/api/v1/reports/{REPORT}/editions/1")
            }
            "reports" => format!("/api/v1/reports/{REPORT}"),
            "clients" if path.contains('{') => self.of_client(op, part, path).await,
            _ => path.to_owned(),
        }
    }

    async fn import(&self, op: &Operation) -> String {
        let at = self.upload().await;
        if op.id == "undoImport" {
            let seen = self.get(&at).await.expect(200).header("etag").to_owned();
            self.send("POST", &format!("{at}/save"), &json!({}), &seen).await.expect(200);
        }
        at
    }

    async fn of_client(&self, op: &Operation, part: &'static Part, path: &str) -> String {
        let person = self.person().await;
        if path.contains("{member}") {
            let id = self.made("joinTeam", &format!("{person}/team")).await;
            return format!("{person}/team/{id}");
        }
        if path.contains("/care-score") && op.id != "judgeCareScore" {
            let id = self.made("judgeCareScore", &format!("{person}/care-score")).await;
            return if path.contains("{row}") {
                format!("{person}/care-score/{id}")
            } else {
                person
            };
        }
        if path.contains("{row}") {
            let at = format!("{person}/parts/{}", part.id);
            return format!("{at}/{}", self.row(&at, part).await);
        }
        if op.id == "reopenClient" {
            let body = self.body(self::op("closeClient"), part);
            self.send("POST", &format!("{person}/close"), &body, "").await.expect(201);
        }
        person
    }

    async fn row(&self, at: &str, part: &'static Part) -> String {
        let rows = read(&self.get(at).await.expect(200));
        if let Some(id) = rows["rows"][0]["id"].as_str() {
            return id.to_owned();
        }
        let mut body = self.body(op("addPart"), part);
        body["from"] = "2026-11-20".into();
        let made = self.send("POST", at, &body, "").await.expect(201);
        read(&made)["id"].as_str().unwrap().to_owned()
    }

    /// Everything an operation needs to be done now.
    pub async fn scene(&self, op: &'static Operation, part: &'static Part, path: &str) -> Scene {
        let subject = self.subject(op, part, path).await;
        let here = filled(path, &subject);
        let mut seen = String::new();
        if op.effect == Effect::Changes {
            let at = match path {
                _ if path.contains("{member}") => subject.rsplit_once('/').unwrap().0,
                _ if path.contains("{row}") => subject.rsplit_once('/').unwrap().0,
                _ => &subject,
            };
            seen = self.get(at).await.expect(200).header("etag").to_owned();
        }
        let mut body = self.body(op, part);
        if body.get("from").is_some() && op.id == "correctPart" {
            body["from"] = "2026-11-02".into();
        }
        Scene { op, part, path: path.to_owned(), here, seen, body }
    }

    pub async fn play(&self, s: &Scene) -> Answer {
        if s.op.file {
            let key = self.key();
            let ask = Ask { token: &self.token, key: &key, seen: "" };
            let path = format!("{}?layout=consultations", s.here);
            return send_file(&self.w, &ask, &path, "text/csv", &self.csv()).await;
        }
        self.send(s.op.method, &s.here, &s.body, &s.seen).await
    }
}

/// The pattern with the segments of an address in place of its names.
fn filled(pattern: &str, address: &str) -> String {
    let known: Vec<_> = address.split('/').collect();
    let of = |(n, segment): (usize, &str)| match segment.starts_with('{') {
        true => known.get(n).copied().unwrap_or(segment).to_owned(),
        false => segment.to_owned(),
    };
    pattern.split('/').enumerate().map(of).collect::<Vec<_>>().join("/")
}
