//! A desk that logs one call after another and remembers which were acknowledged.

use std::sync::atomic::{AtomicBool, Ordering::SeqCst};

use crate::http::{Answer, Client};

/// A form that was sent: what it says, and where the answer led once there was one.
#[derive(Clone, Debug)]
pub struct Sent {
    pub word: String,
    body: String,
    pub id: Option<String>,
}

pub struct Desk {
    name: String,
    cookie: String,
    csrf: String,
    count: usize,
}

impl Desk {
    pub fn sign_in(address: &str, name: &str) -> Result<Self, String> {
        let mut client = Client::connect(address, "")?;
        let login = "login=demo-coordinator&password=kakehashi-demo&next=/";
        let answer = client.post("/login", login)?;
        if answer.status != 303 {
            return Err(format!("signing in answers {}", answer.status));
        }
        client.cookie.clone_from(&answer.cookie);
        let page = client.get("/consultations/new")?.text;
        let csrf = page.split("data-csrf=\"").nth(1).and_then(|t| t.split('"').next());
        let csrf = csrf.ok_or("no token on the page")?.to_owned();
        Ok(Self { name: name.into(), cookie: answer.cookie, csrf, count: 0 })
    }

    fn form(&mut self) -> Sent {
        self.count += 1;
        let word = format!("fault-{}-{}", self.name, self.count);
        let body = format!(
            "_csrf={}&_once={word}&scope=individual&standing=anonymous&inquirer_kind=family\
             &channel=phone&text={word}&topics=school&occurred_at=2024-01-01+9:00\
             &next_what={word}&next_due=2030-01-01",
            self.csrf
        );
        Sent { word, body, id: None }
    }

    pub fn cookie(&self) -> &str {
        &self.cookie
    }

    pub fn wrote(&self, sent: &Sent) -> bool {
        sent.word.starts_with(&format!("fault-{}-", self.name))
    }

    /// Logs calls until the server is gone or it is told to stop; the last may be unanswered.
    pub fn work(&mut self, address: &str, stop: &AtomicBool) -> Result<Vec<Sent>, String> {
        let mut done = vec![];
        let Ok(mut client) = Client::connect(address, &self.cookie) else { return Ok(done) };
        while !stop.load(SeqCst) {
            let mut sent = self.form();
            let answer = client.post("/consultations/new", &sent.body);
            match answer {
                // Said not to be done: it is sent again later, as people do.
                Ok(answer) if answer.status >= 500 => {
                    done.push(sent);
                    break;
                }
                Ok(answer) => sent.id = Some(led_to(&answer)?),
                Err(_) => {
                    done.push(sent);
                    break;
                }
            }
            done.push(sent);
        }
        Ok(done)
    }

    /// Sends a form again, as a browser does whose answer was lost.
    pub fn again(&self, address: &str, sent: &Sent) -> Result<String, String> {
        let mut client = Client::connect(address, &self.cookie)?;
        led_to(&client.post("/consultations/new", &sent.body)?)
    }
}

/// The id of the consultation an answer leads to.
fn led_to(answer: &Answer) -> Result<String, String> {
    let id = answer.location.strip_prefix("/consultations/").and_then(|t| t.split('?').next());
    match (answer.status, id) {
        (303, Some(id)) => Ok(id.to_owned()),
        (status, _) => {
            let said: String = answer.text.split("class=\"err\"").nth(1).unwrap_or_default().into();
            let said: String = said.chars().take(200).collect();
            Err(format!("logging a call answers {status}: {said}"))
        }
    }
}
