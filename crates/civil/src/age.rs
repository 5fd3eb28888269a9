//! 年齢 and 学年: age as people say it, age as the law counts it, and the school year.

use crate::{Date, FiscalYear};

/// 年齢. Whole years as people say them, from the birthday on; `None` before birth.
///
/// Who was born on 29 February has the birthday on 1 March in common years.
pub fn age_on(born: Date, on: Date) -> Option<u16> {
    months_on(born, on).map(|months| (months / 12) as u16)
}

/// 満年齢（年齢計算ニ関スル法律）. The law counts the day of birth, so an age is reached at the end
/// of the day before the birthday and that day already counts; `None` before birth.
///
/// Born on 29 February, it is reached on 28 February in every year.
pub fn legal_age_on(born: Date, on: Date) -> Option<u16> {
    if on < born {
        return None;
    }
    age_on(born, on.tomorrow().unwrap_or(on))
}

/// 月齢. Whole months since birth; `None` before birth.
///
/// In a month without the day of birth, the month is complete on the first of the next.
pub fn months_on(born: Date, on: Date) -> Option<u32> {
    if on < born {
        return None;
    }
    let years = i32::from(on.year()) - i32::from(born.year());
    let months = years * 12 + i32::from(on.month()) - i32::from(born.month());
    u32::try_from(months - i32::from(on.day() < born.day())).ok()
}

/// 「6歳5か月」, 「0歳8か月」, below one month 「生後12日」, before birth 「出生前」.
pub fn age_text(born: Date, on: Date) -> String {
    match months_on(born, on) {
        None => "出生前".to_owned(),
        Some(0) => format!("生後{}日", on.duration_since(born).as_hours() / 24),
        Some(months) => format!("{}歳{}か月", months / 12, months % 12),
    }
}

/// 学年. The school year by age; a deferred or repeated year (就学猶予, 留年) is not in a date.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum SchoolGrade {
    /// 就学前. This many fiscal years until 小学1年: 1 is 年長.
    BeforeSchool(u16),
    /// 小学校, 1 to 6.
    Elementary(u8),
    /// 中学校, 1 to 3.
    JuniorHigh(u8),
    /// 高校相当, 1 to 3.
    HighSchool(u8),
    /// 高校卒業年齢 and above.
    After,
}

/// The grade by age. School starts on the first 1 April after the day the law counts six, so who
/// was born on 1 April is a grade above who was born on 2 April (学校教育法17条).
pub fn school_grade_on(born: Date, on: Date) -> SchoolGrade {
    let first = FiscalYear::of(enters_elementary_on(born)).year();
    match i32::from(FiscalYear::of(on).year()) - i32::from(first) {
        until @ ..=-1 => SchoolGrade::BeforeSchool(until.unsigned_abs() as u16),
        nth @ 0..=5 => SchoolGrade::Elementary(nth as u8 + 1),
        nth @ 6..=8 => SchoolGrade::JuniorHigh(nth as u8 - 5),
        nth @ 9..=11 => SchoolGrade::HighSchool(nth as u8 - 8),
        _ => SchoolGrade::After,
    }
}

/// The 1 April on which 小学校 begins.
pub fn enters_elementary_on(born: Date) -> Date {
    let early = (born.month(), born.day()) <= (4, 1);
    let year = born.year().saturating_add(if early { 6 } else { 7 });
    Date::new(year, 4, 1).unwrap_or(Date::MAX)
}

impl SchoolGrade {
    /// 「小学1年」, 「中学3年」, 「高校2年相当」, 「年長」, 「就学前」, 「高校卒業年齢以上」.
    pub fn label(self) -> String {
        match self {
            SchoolGrade::BeforeSchool(1) => "年長".to_owned(),
            SchoolGrade::BeforeSchool(2) => "年中".to_owned(),
            SchoolGrade::BeforeSchool(3) => "年少".to_owned(),
            SchoolGrade::BeforeSchool(_) => "就学前".to_owned(),
            SchoolGrade::Elementary(year) => format!("小学{year}年"),
            SchoolGrade::JuniorHigh(year) => format!("中学{year}年"),
            SchoolGrade::HighSchool(year) => format!("高校{year}年相当"),
            SchoolGrade::After => "高校卒業年齢以上".to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn the_law_counts_an_age_one_day_early() {
        let born = date(2018, 6, 15);
        assert_eq!(age_on(born, date(2024, 6, 14)), Some(5));
        assert_eq!(age_on(born, date(2024, 6, 15)), Some(6));
        assert_eq!(legal_age_on(born, date(2024, 6, 13)), Some(5));
        assert_eq!(legal_age_on(born, date(2024, 6, 14)), Some(6));
    }

    #[test]
    fn born_on_29_february() {
        let born = date(2020, 2, 29);
        assert_eq!(age_on(born, date(2023, 2, 28)), Some(2));
        assert_eq!(age_on(born, date(2023, 3, 1)), Some(3));
        assert_eq!(legal_age_on(born, date(2023, 2, 27)), Some(2));
        assert_eq!(legal_age_on(born, date(2023, 2, 28)), Some(3));
        assert_eq!(age_on(born, date(2024, 2, 28)), Some(3));
        assert_eq!(age_on(born, date(2024, 2, 29)), Some(4));
        assert_eq!(legal_age_on(born, date(2024, 2, 28)), Some(4));
    }

    #[test]
    fn born_on_1_april_is_a_grade_above_born_on_2_april() {
        let (first, second) = (date(2018, 4, 1), date(2018, 4, 2));
        assert_eq!(enters_elementary_on(first), date(2024, 4, 1));
        assert_eq!(enters_elementary_on(second), date(2025, 4, 1));
        let on = date(2024, 4, 1);
        assert_eq!(school_grade_on(first, on), SchoolGrade::Elementary(1));
        assert_eq!(school_grade_on(second, on), SchoolGrade::BeforeSchool(1));
        assert_eq!(school_grade_on(first, date(2024, 3, 31)).label(), "年長");
    }

    #[test]
    fn grades_run_from_birth_to_after_school() {
        let born = date(2010, 8, 1);
        for (year, label) in [
            (2010, "就学前"),
            (2014, "年少"),
            (2015, "年中"),
            (2016, "年長"),
            (2017, "小学1年"),
            (2022, "小学6年"),
            (2023, "中学1年"),
            (2025, "中学3年"),
            (2026, "高校1年相当"),
            (2028, "高校3年相当"),
            (2029, "高校卒業年齢以上"),
        ] {
            assert_eq!(school_grade_on(born, date(year, 10, 1)).label(), label, "{year}");
        }
    }

    #[test]
    fn ages_read_as_people_say_them() {
        let born = date(2018, 6, 15);
        for (on, text) in [
            (date(2018, 6, 14), "出生前"),
            (date(2018, 6, 15), "生後0日"),
            (date(2018, 7, 14), "生後29日"),
            (date(2018, 7, 15), "0歳1か月"),
            (date(2019, 3, 1), "0歳8か月"),
            (date(2024, 11, 20), "6歳5か月"),
            (date(2024, 6, 15), "6歳0か月"),
        ] {
            assert_eq!(age_text(born, on), text);
        }
        assert_eq!(months_on(date(2024, 1, 31), date(2024, 2, 29)), Some(0));
        assert_eq!(months_on(date(2024, 1, 31), date(2024, 3, 1)), Some(1));
    }

    #[test]
    fn before_birth_there_is_no_age() {
        let born = date(2018, 6, 15);
        assert_eq!(age_on(born, date(2018, 6, 14)), None);
        assert_eq!(legal_age_on(born, date(2018, 6, 14)), None);
        assert_eq!(legal_age_on(born, born), Some(0));
    }

    proptest! {
        #![proptest_config(crate::testing::config())]

        #[test]
        fn six_by_law_the_day_before_school_starts_and_never_seven(
            born in crate::testing::any_day(),
        ) {
            // 学校教育法17条, computed from the legal age instead of the table of days.
            let eve = enters_elementary_on(born).yesterday().unwrap();
            prop_assert_eq!(legal_age_on(born, eve), Some(6));
            prop_assert_eq!(enters_elementary_on(born).month(), 4);
        }

        #[test]
        fn ages_never_fall_and_the_law_is_a_day_ahead(
            born in crate::testing::any_day(), days in 0..40_000_i64,
        ) {
            use jiff::ToSpan;
            let on = born.saturating_add(days.days());
            let next = on.tomorrow().unwrap();
            prop_assert!(age_on(born, on) <= age_on(born, next));
            prop_assert!(months_on(born, on) <= months_on(born, next));
            prop_assert_eq!(legal_age_on(born, on), age_on(born, next));
        }
    }
}
