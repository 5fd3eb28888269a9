//! Names of the generated population: common surnames by their real order, then made-up ones of
//! two characters, so that each is as rare as names are in life.

/// The commonest first.
const COMMON: &str = "佐藤さとう 鈴木すずき 高橋たかはし 田中たなか 伊藤いとう 渡辺わたなべ \
    山本やまもと 中村なかむら 小林こばやし 加藤かとう 吉田よしだ 山田やまだ 佐々木ささき \
    山口やまぐち 松本まつもと 井上いのうえ 木村きむら 林はやし 清水しみず 山崎やまざき 森もり \
    池田いけだ 橋本はしもと 阿部あべ 石川いしかわ 山下やました 中島なかじま 石井いしい 小川おがわ \
    前田まえだ 岡田おかだ 長谷川はせがわ 藤田ふじた 後藤ごとう 近藤こんどう 村上むらかみ \
    遠藤えんどう 青木あおき 坂本さかもと 福田ふくだ 太田おおた 西村にしむら 藤井ふじい 岡本おかもと \
    金子かねこ 藤原ふじわら 三浦みうら 中野なかの 原田はらだ 松田まつだ 竹内たけうち 小野おの \
    田村たむら 中山なかやま 和田わだ 石田いしだ 森田もりた 上田うえだ 原はら 柴田しばた";
const FRONT: &str = "大おお 小こ 高たか 長なが 中なか 上うえ 下しも 西にし 東ひがし 北きた 南みなみ \
    山やま 川かわ 石いし 岩いわ 木き 竹たけ 松まつ 杉すぎ 梅うめ 桜さくら 花はな 水みず 青あお 白しろ \
    黒くろ 赤あか 金かね 福ふく 吉よし 古ふる 新あら 黄き 森もり 林はやし 谷たに 沢さわ 浜はま 島しま 秋あき";
const BACK: &str = "田た 川かわ 山やま 村むら 本もと 野の 原はら 沢さわ 島しま 崎さき 谷たに 井い \
    木き 森もり 口ぐち 橋はし 塚づか 浦うら 岡おか 坂さか 瀬せ 池いけ 松まつ 里さと 城しろ";
const GIVEN: &str = "花子はなこ 太郎たろう 陽葵ひまり 蓮れん 凛りん 湊みなと 結菜ゆいな 律りつ \
    芽依めい 碧あお 葵あおい 颯真そうま 莉子りこ 暖だん 澪みお 大翔ひろと 紬つむぎ 悠真ゆうま 杏あん \
    朝陽あさひ 咲良さら 樹いつき 美月みづき 蒼そう 心春こはる 伊織いおり 陽菜ひな 新あらた \
    さくらさくら 奏かなで 楓かえで 凪なぎ 結衣ゆい 陸りく 琴音ことね 悠ゆう 彩葉いろは 晴はる 詩うた \
    翔太しょうた 美咲みさき 健太けんた 優奈ゆうな 拓海たくみ 七海ななみ 大輝だいき 愛あい 翼つばさ \
    舞まい 光ひかる";

/// 名. As written and as read.
pub type Name = (String, String);

/// The surname of each of ten thousand slots: one slot in a hundred is the commonest.
pub fn families() -> Vec<Name> {
    let common = parted(COMMON);
    let (front, back) = (parted(FRONT), parted(BACK));
    let made = front.iter().flat_map(|(a, ak)| {
        back.iter().map(move |(b, bk)| (format!("{a}{b}"), format!("{ak}{bk}")))
    });
    let made: Vec<Name> = made.collect();
    let mut slots = vec![];
    for (rank, name) in common.iter().enumerate() {
        let share = 100.0 / (1.0 + rank as f64).powf(0.35);
        slots.extend(std::iter::repeat_n(name.clone(), share as usize));
    }
    let rest = 10_000_usize.saturating_sub(slots.len());
    slots.extend(made.iter().cycle().take(rest).cloned());
    slots
}

pub fn given() -> Vec<Name> {
    parted(GIVEN)
}

/// 佐藤さとう → (佐藤, さとう): the reading is the second half that is all kana.
fn parted(all: &str) -> Vec<Name> {
    let kana = |c: &char| ('ぁ'..='ん').contains(c);
    let one = |word: &str| {
        let chars: Vec<char> = word.chars().collect();
        let plain = chars.iter().all(kana);
        let at = if plain {
            chars.len() / 2
        } else {
            chars.iter().rposition(|c| !kana(c)).map_or(0, |at| at + 1)
        };
        let (written, read) = chars.split_at(at);
        (written.iter().collect(), read.iter().collect())
    };
    all.split_whitespace().map(one).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_in_a_hundred_has_the_commonest_surname_and_most_have_two_characters() {
        let all = families();
        assert_eq!(all.len(), 10_000);
        let commonest = all.iter().filter(|n| n.0 == "佐藤").count();
        assert_eq!(commonest, 100);
        assert!(all.iter().filter(|n| n.0.chars().count() == 2).count() > 9_000);
        assert!(given().contains(&("さくら".to_owned(), "さくら".to_owned())));
    }
}
