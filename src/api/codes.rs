//! コード表: the choices that requests and answers name by their code.

use axum::extract::State;

use super::call::{Call, Outcome};
use super::operation::{Operation, example, schema};
use crate::shape;
use crate::web::App;

pub const LIST: Operation =
    Operation::reads("/api/v1/codes", "listCodes", "コード表をすべて読む", "")
        .answers(schema::<CodeLists>, example::<CodeLists>);

pub async fn get(State(app): State<App>, call: Call) -> Outcome {
    call.answer("", &lists(&app))
}

shape! {
    /// コード.
    pub struct Code {
        id: String = "コード", "family";
        label: String = "ことば", "本人・家族";
        retired: bool = "新しくは選ばない", false;
    }
}

shape! {
    /// コード表.
    pub struct CodeList {
        id: String = "コード表の名前", "inquirer_kind";
        title: String = "見出し", "相談した人";
        codes: Vec<Code> = "コード（数える順）";
    }
}

shape! {
    /// すべてのコード表.
    pub struct CodeLists {
        lists: Vec<CodeList> = "コード表";
    }
}

fn lists(app: &App) -> CodeLists {
    let code = |c: &crate::codes::Code| Code {
        id: c.id.clone(),
        label: c.label.clone(),
        retired: c.retired,
    };
    let list = |id: &str| CodeList {
        id: id.to_owned(),
        title: app.codes.title(id).to_owned(),
        codes: app.codes.list(id).iter().map(code).collect(),
    };
    CodeLists { lists: app.codes.ids().map(list).collect() }
}
