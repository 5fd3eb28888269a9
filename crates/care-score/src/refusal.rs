//! Each refusal with its message, written once: what is wrong and what to do about it.

use crate::Day;
use std::fmt;

/// 差し戻し: why the form cannot be scored as it stands. `to_string()` is for the person at it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Refusal {
    UnknownRow { code: String },
    NoWatchOnRow { row: String },
    LevelNotOnRow { row: String, level: &'static str, levels: String },
    WatchOnAbsent { row: String },
    WatchNeedsPhysician,
    BeforeTable { on: Day, since: Day },
    NoName,
    NoOpenDays,
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Refusal::UnknownRow { code } => {
                write!(
                    f,
                    "判定スコアに「{code}」という項目はありません。項目を選び直してください。"
                )
            }
            Refusal::NoWatchOnRow { row } => {
                write!(f, "{row}には見守りスコアがありません。見守りの選択を外してください。")
            }
            Refusal::LevelNotOnRow { row, level, levels } => write!(
                f,
                "{row}の見守りに「{level}」はありません。{levels}から選び直してください。"
            ),
            Refusal::WatchOnAbsent { row } => write!(
                f,
                "{row}は「なし」ですが、見守りが選ばれています。\
                 「あり」にするか、見守りの選択を外してください。"
            ),
            Refusal::WatchNeedsPhysician => f.write_str(
                "見守りスコアは医師の判定が必要です。\
                 判定した医師の氏名と判定日を入れるか、見守りを未判定に戻してください。",
            ),
            Refusal::BeforeTable { on, since } => write!(
                f,
                "判定日{on}は、この判定スコアの適用開始日{since}より前です。判定日を確かめてください。"
            ),
            Refusal::NoName => f.write_str("判定者の氏名が空です。氏名を入れてください。"),
            Refusal::NoOpenDays => {
                f.write_str("営業日数が0日のため平均を計算できません。営業日数を入れてください。")
            }
        }
    }
}

impl std::error::Error for Refusal {}
