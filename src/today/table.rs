//! What each role is shown, in one table: the lists in the order of the page.

use super::queries;
use crate::access::Role;

/// 一覧. A number of the first page and the list behind it.
#[derive(Debug)]
pub struct List {
    pub id: &'static str,
    pub title: &'static str,
    pub unit: &'static str,
    /// Under the number, and on top of the list.
    pub note: &'static str,
    /// Headings of the two columns beside the name.
    pub fact: &'static str,
    pub day: &'static str,
    /// The code list the facts are codes of.
    pub words: &'static str,
    /// What an empty list says to do next.
    pub empty: &'static str,
    pub source: Source,
}

/// もとになる記録.
#[derive(Debug)]
pub enum Source {
    People(&'static str, When),
    /// Requests for a coordinator that nobody has decided.
    Waiting,
    /// Promises due today or before, the actor's own; their list is a page of its own.
    Promises,
    /// Promises of all offices that are late.
    Overdue,
    /// The actor's own cases; their list is a page of its own.
    Cases,
    /// Cases, promises and requests whose person goes; their list is a page of its own.
    Unowned,
    /// Coordinators who carry more than they say they can.
    OverLimit,
    Accounts,
    Locked,
    PostsEnding,
    /// Answers the yearly review of rights still waits for.
    Reviews,
    /// Records another ward proposes to hand over; their list is a page of its own.
    Moves,
    /// What was done today; its list is the audit.
    Events,
    /// One kind of line of the audit in the last seven days; its list is the audit.
    Audited(&'static str),
}

/// いつ. The day `$6` of a statement, counted from today.
#[derive(Clone, Copy, Debug)]
pub enum When {
    Never,
    In(i64),
    Ago(i64),
    /// The region's own number of days (a setting).
    Stalled,
    Month,
}

/// The lists of a role; at most eight: two rows of the strip.
pub fn of(role: Role) -> Vec<&'static List> {
    let ids: &[&str] = match role {
        Role::Coordinator => {
            &["promises", "unassigned", "cases", "stalled", "leave-ending", "certificates"]
        }
        Role::Officer => &[
            "unassigned",
            "overdue",
            "unowned",
            "without-coordinator",
            "over-limit",
            "certificates",
            "address-reviews",
            "moves",
        ],
        Role::Nurse => &["newborn", "discharge", "batteries", "promises", "leave-ending", "new"],
        Role::Operator | Role::Hospital | Role::School => &["in-touch", "consents"],
        Role::Auditor => &["events", "audited-emergency", "audited-exports", "audited-failed"],
        Role::Administrator => &["accounts", "locked", "posts-ending", "reviews"],
        Role::Family | Role::Prefecture | Role::System => &[],
    };
    ids.iter().filter_map(|id| LISTS.iter().find(|l| l.id == *id)).collect()
}

const PLAIN: List = List {
    id: "",
    title: "",
    unit: "人",
    note: "",
    fact: "",
    day: "",
    words: "",
    empty: "",
    source: Source::Waiting,
};

static LISTS: &[List] = &[
    List {
        id: "promises",
        title: "きょうまでの連絡",
        unit: "件",
        source: Source::Promises,
        ..PLAIN
    },
    List {
        id: "unassigned",
        title: "担当が未定の新規",
        fact: "受付",
        day: "受け付けた日",
        empty: "待っている人はいません。利用者か相談のページから、担当を依頼できます。",
        source: Source::Waiting,
        ..PLAIN
    },
    List { id: "cases", title: "わたしの担当", unit: "件", source: Source::Cases, ..PLAIN },
    List {
        id: "stalled",
        title: "動きのない担当",
        day: "最後の相談・支援経過",
        empty: "動きのない担当はありません。",
        source: Source::People(queries::STALLED, When::Stalled),
        ..PLAIN
    },
    List {
        id: "leave-ending",
        title: "休業の終わりが近い家族",
        unit: "件",
        note: "90日以内",
        fact: "続柄",
        day: "休業の終わる日",
        words: "relation",
        empty: "90日以内に育休・介護休業が終わる家族はいません。休業の終わる日は、利用者の「保護者・介護者」に登録します。",
        source: Source::People(queries::LEAVE_ENDING, When::In(90)),
    },
    List {
        id: "certificates",
        title: "手帳・受給者証の期限",
        unit: "件",
        note: "60日以内と期限切れ",
        fact: "種類",
        day: "有効期限",
        words: "certificate_kind",
        empty: "60日以内に期限が来る手帳・受給者証はありません。",
        source: Source::People(queries::CERTIFICATES, When::In(60)),
    },
    List {
        id: "overdue",
        title: "期限を過ぎた連絡",
        unit: "件",
        note: "すべての機関",
        fact: "担当者",
        day: "期限",
        empty: "期限を過ぎた連絡はありません。",
        source: Source::Overdue,
        ..PLAIN
    },
    List {
        id: "without-coordinator",
        title: "主担当のいない人",
        day: "登録した日",
        empty: "全員に主担当がいます。",
        source: Source::People(queries::WITHOUT_COORDINATOR, When::Never),
        ..PLAIN
    },
    List {
        id: "new",
        title: "今月の新しい登録",
        day: "登録した日",
        empty: "今月の新しい登録はまだありません。",
        source: Source::People(queries::NEW, When::Month),
        ..PLAIN
    },
    List {
        id: "unowned",
        title: "だれもいなくなるケース",
        unit: "件",
        fact: "いまの担当者",
        day: "いなくなる日",
        source: Source::Unowned,
        ..PLAIN
    },
    List {
        id: "over-limit",
        title: "目安を超えている担当者",
        note: "コーディネーター",
        fact: "担当の重みと目安",
        empty: "目安を超えて担当している人はいません。",
        source: Source::OverLimit,
        ..PLAIN
    },
    List {
        id: "address-reviews",
        title: "住所の非開示の見直し",
        unit: "件",
        note: "30日以内と期限超過",
        fact: "もとになったもの",
        day: "見直す日",
        words: "restriction_basis",
        empty: "30日以内に見直す非開示はありません。非開示は、利用者の「住所の非開示」で設定します。",
        source: Source::People(queries::ADDRESS_REVIEWS, When::In(30)),
    },
    List {
        id: "moves",
        title: "転入の引継ぎ",
        unit: "件",
        note: "受け入れを待つ記録",
        source: Source::Moves,
        ..PLAIN
    },
    List {
        id: "newborn",
        title: "生まれたばかり・出生前",
        note: "生後90日まで",
        fact: "出生",
        day: "日",
        empty: "生後90日までの人と、出生前の人はいません。",
        source: Source::People(queries::NEWBORN, When::Ago(90)),
        ..PLAIN
    },
    List {
        id: "discharge",
        title: "退院が近い人",
        note: "30日以内と予定日超過",
        fact: "病院",
        day: "退院の予定日",
        empty: "30日以内に退院する予定の人はいません。予定日は、利用者の「居場所」に登録します。",
        source: Source::People(queries::DISCHARGE, When::In(30)),
        ..PLAIN
    },
    List {
        id: "batteries",
        title: "電池の確認が1年ない人",
        note: "人工呼吸器を使う人",
        fact: "確認",
        day: "確かめた日",
        empty: "人工呼吸器を使う人は全員、1年以内に電池を確かめています。",
        source: Source::People(queries::BATTERIES, When::Ago(365)),
        ..PLAIN
    },
    List {
        id: "in-touch",
        title: "かかわっている人",
        note: "同意のある人",
        fact: "役割",
        day: "かかわり始めた日",
        words: "team_role",
        empty: "同意があり、この機関が支援チームに入っている人はいません。",
        source: Source::People(queries::IN_TOUCH, When::Never),
        ..PLAIN
    },
    List {
        id: "consents",
        title: "期限の近い同意",
        unit: "件",
        note: "60日以内",
        fact: "目的",
        day: "同意の終わる日",
        words: "consent_purpose",
        empty: "60日以内に終わる同意はありません。",
        source: Source::People(queries::CONSENTS, When::In(60)),
    },
    List {
        id: "events",
        title: "きょうの記録",
        unit: "件",
        note: "閲覧と操作",
        source: Source::Events,
        ..PLAIN
    },
    List {
        id: "audited-emergency",
        title: "緊急閲覧",
        unit: "件",
        note: "7日間の閲覧と操作",
        source: Source::Audited("emergency"),
        ..PLAIN
    },
    List {
        id: "audited-exports",
        title: "ファイルと印刷",
        unit: "件",
        note: "7日間",
        source: Source::Audited("exports"),
        ..PLAIN
    },
    List {
        id: "audited-failed",
        title: "失敗した操作",
        unit: "件",
        note: "7日間のログインなど",
        source: Source::Audited("failed"),
        ..PLAIN
    },
    List {
        id: "accounts", title: "アカウント", unit: "人", source: Source::Accounts, ..PLAIN
    },
    List {
        id: "locked",
        title: "いま入れないアカウント",
        note: "パスワードの間違い",
        fact: "ログイン名",
        empty: "止まっているアカウントはありません。",
        source: Source::Locked,
        ..PLAIN
    },
    List {
        id: "posts-ending",
        title: "終わりの近い職",
        unit: "件",
        note: "60日以内",
        fact: "機関",
        day: "終わる日",
        empty: "60日以内に終わる職はありません。",
        source: Source::PostsEnding,
        ..PLAIN
    },
    List {
        id: "reviews",
        title: "アクセス権の棚卸し",
        unit: "件",
        note: "年に一度",
        day: "期限",
        empty: "答えていない職はありません。次の棚卸しは、一年後にここに出ます。",
        source: Source::Reviews,
        ..PLAIN
    },
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_list_is_shown_to_somebody_and_no_strip_is_too_long() {
        for list in LISTS {
            let shown = Role::ALL.iter().any(|r| of(*r).iter().any(|l| l.id == list.id));
            assert!(shown, "{}", list.id);
        }
        for role in Role::ALL {
            assert!(of(role).len() <= 8, "{role:?}");
        }
    }
}
