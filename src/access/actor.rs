//! The actor: who performs this request, in which post, at which instant.

use civil::{Date, Instant};

use crate::store::Arg;
use crate::web::did::Did;

/// 役割. What a post allows; the names are those of the access table.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Role {
    Coordinator,
    Officer,
    Nurse,
    Operator,
    Hospital,
    School,
    Family,
    Prefecture,
    Auditor,
    Administrator,
    /// The program itself: migrations, the sample ward, commands typed on the server.
    System,
}

/// 見える範囲. How far a role sees over people; the predicate turns it into SQL.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reach {
    /// Everyone of the actor's controller.
    Controller,
    /// Those of the actor's controller whose support team includes the actor's organisation.
    Team,
    /// The same across controllers, and only with a valid consent for the category asked.
    Consented,
    /// One's own child or oneself.
    Family,
    /// Counts only, small cells suppressed; no person.
    Statistics,
    Nobody,
}

impl Role {
    pub const ALL: [Self; 10] = [
        Self::Coordinator,
        Self::Officer,
        Self::Nurse,
        Self::Operator,
        Self::Hospital,
        Self::School,
        Self::Family,
        Self::Prefecture,
        Self::Auditor,
        Self::Administrator,
    ];

    pub fn code(self) -> &'static str {
        match self {
            Self::Coordinator => "coordinator",
            Self::Officer => "officer",
            Self::Nurse => "nurse",
            Self::Operator => "operator",
            Self::Hospital => "hospital",
            Self::School => "school",
            Self::Family => "family",
            Self::Prefecture => "prefecture",
            Self::Auditor => "auditor",
            Self::Administrator => "administrator",
            Self::System => "system",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Coordinator => "コーディネーター",
            Self::Officer => "区の担当職員",
            Self::Nurse => "保健師",
            Self::Operator => "事業所の職員",
            Self::Hospital => "医療ソーシャルワーカー",
            Self::School => "保育所・学校",
            Self::Family => "家族",
            Self::Prefecture => "都道府県",
            Self::Auditor => "監査",
            Self::Administrator => "システム管理者",
            Self::System => "システム",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|r| r.code() == code)
    }

    pub fn reach(self) -> Reach {
        match self {
            Self::Officer | Self::Nurse | Self::System => Reach::Controller,
            Self::Coordinator => Reach::Team,
            Self::Operator | Self::Hospital | Self::School => Reach::Consented,
            Self::Family => Reach::Family,
            Self::Prefecture => Reach::Statistics,
            Self::Auditor | Self::Administrator => Reach::Nobody,
        }
    }
}

impl Reach {
    pub fn code(self) -> &'static str {
        match self {
            Self::Controller => "controller",
            Self::Team => "team",
            Self::Consented => "consented",
            Self::Family => "family",
            Self::Statistics => "statistics",
            Self::Nobody => "nobody",
        }
    }
}

/// 操作者. Fixed for the life of a request; `at` is the only clock an operation knows.
#[derive(Clone, Debug)]
pub struct Actor {
    pub at: Instant,
    pub role: Role,
    pub account_id: String,
    pub post_id: String,
    pub organisation_id: String,
    pub controller_id: String,
    pub name: String,
    pub organisation: String,
    /// The token every changing form of this session must carry.
    pub csrf: String,
    /// Whether one-letter shortcuts are on for this person.
    pub single_keys: bool,
    /// The form this request sent, by its key; "" where a retry may do no harm. See `store::once`.
    pub form: String,
    /// What is asked takes long: it is read beside the desk (the word `long` in `routes.txt`).
    pub long: bool,
    /// What opens the folder this request asks for, where the actor's own sight does not.
    pub emergency: Option<Emergency>,
    /// What the form before this page did (`web::did`); nothing on most pages.
    pub did: Option<Did>,
}

/// 緊急閲覧 of this request: set by the gate alone, on routes that `routes.txt` marks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Emergency {
    pub id: String,
    pub ends_at: Instant,
}

impl Actor {
    /// The program itself, on behalf of a controller ("" for the whole installation).
    pub fn system(at: Instant, controller_id: &str) -> Self {
        Self {
            at,
            role: Role::System,
            account_id: "system".into(),
            post_id: String::new(),
            organisation_id: String::new(),
            controller_id: controller_id.into(),
            name: "システム".into(),
            organisation: String::new(),
            csrf: String::new(),
            single_keys: true,
            form: String::new(),
            long: false,
            emergency: None,
            did: None,
        }
    }

    /// The same person apart from the form: what is recorded as often as it happens.
    pub fn without_form(&self) -> Self {
        Self { form: String::new(), ..self.clone() }
    }

    /// Today in Japan.
    pub fn today(&self) -> Date {
        self.at.civil_date()
    }

    /// The five values in front of every statement that carries the predicate:
    /// reach, controller, organisation, account, today. In an emergency the actor sees the one
    /// person it was opened for and nobody else, so the organisation decides nothing: its place
    /// carries the instant by which the hour is measured.
    pub(crate) fn sight(&self) -> Vec<Arg<'static>> {
        let text = |s: &str| Arg::Text(Some(s.to_owned().into()));
        let (reach, third) = match self.emergency {
            Some(_) => ("emergency", self.at.to_string()),
            None => (self.role.reach().code(), self.organisation_id.clone()),
        };
        vec![
            text(reach),
            text(&self.controller_id),
            text(&third),
            text(&self.account_id),
            text(&self.today().to_string()),
        ]
    }
}
