//! What happens in the ward, in the order in which it happens.

use civil::{Date, Instant};

use super::data;
use super::people::Row;

/// One thing that somebody does at an instant.
pub(super) struct Step<'w> {
    pub at: Instant,
    /// Login of who does it.
    pub who: &'w str,
    pub deed: Deed<'w>,
}

/// `usize`: the person by place in the list of lives; promises by place in the list of all.
pub(super) enum Deed<'w> {
    Enrol(usize),
    /// A row of the folder that was not known at enrolment.
    Row(usize, Row),
    Judge(usize),
    /// The consent for a body is withdrawn.
    Withdraw(usize, &'w str),
    Request(usize, Ask<'w>),
    /// The request of the person is decided for a login.
    Decide(usize, Choice<'w>),
    HandOver(usize, Choice<'w>),
    Close(usize),
    /// The person moves away: a sheet is drawn up, with consent.
    Move(usize, &'w str),
    Log(Box<Call<'w>>),
    /// Last year's figures are published.
    Publish,
    Write(Box<Note<'w>>),
    /// A promise is kept.
    Done(usize, &'static str),
}

impl Deed<'_> {
    /// For the message about a mistake in the data files.
    pub fn name(&self) -> String {
        match self {
            Self::Enrol(n) => format!("enrol {n}"),
            Self::Row(n, row) => format!("{} of {n}", row.part),
            Self::Judge(n) => format!("judge {n}"),
            Self::Withdraw(n, body) => format!("withdraw {n} from {body}"),
            Self::Request(n, _) => format!("request {n}"),
            Self::Decide(n, choice) => format!("decide {n} for {}", choice.login),
            Self::HandOver(n, choice) => format!("hand over {n} to {}", choice.login),
            Self::Close(n) => format!("close {n}"),
            Self::Move(n, to) => format!("move {n} to {to}"),
            Self::Publish => "publish".to_owned(),
            Self::Log(call) => format!("log about {:?}", call.person),
            Self::Write(note) => format!("note about {}", note.person),
            Self::Done(place, _) => format!("keep promise {place}"),
        }
    }
}

pub(super) struct Ask<'w> {
    pub on: Date,
    pub from: String,
    pub needs: &'w str,
    pub note: &'w str,
}

pub(super) struct Choice<'w> {
    pub login: &'w str,
    pub from: Date,
    pub why: &'w str,
}

/// 相談.
pub(super) struct Call<'w> {
    pub person: Option<usize>,
    pub at: Instant,
    pub scope: &'w str,
    pub standing: &'static str,
    pub inquirer: &'w str,
    pub inquirer_name: String,
    pub channel: &'w str,
    pub region: &'w str,
    pub topic: &'w str,
    pub second_topic: Option<&'w str>,
    pub text: String,
    pub answer: String,
    pub minutes: usize,
    pub promise: Option<Promise>,
}

/// 次にすること.
#[derive(Clone)]
pub(super) struct Promise {
    pub place: usize,
    pub what: String,
    pub due: Date,
}

/// 支援経過.
pub(super) struct Note<'w> {
    pub person: usize,
    pub at: Instant,
    pub note: &'w data::Note,
    pub with_whom: String,
    pub text: String,
    pub agreed: String,
    pub minutes: usize,
    pub promise: Option<Promise>,
}
