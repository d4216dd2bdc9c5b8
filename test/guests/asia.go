package guests

import (
	"fmt"
	"math/rand/v2"
)

var (
	jaFamily = words("佐々木 小野寺 柴田 宮崎 早川 五十嵐 桐島 大塚 水谷 片桐")
	jaGiven  = words("拓海 美咲 健太郎 さくら 蒼 ひなた 千尋 悠斗")
	jaKana   = words("ササキ オノデラ シバタ ミヤザキ ハヤカワ キリシマ")
	jaTowns  = words("東京都杉並区阿佐谷南 大阪市北区天神橋 横浜市港北区日吉 京都市左京区吉田本町 札幌市中央区南")
	jaHomes  = words("メゾン青葉 コーポ桜井 グランドハイツ緑 パークサイド渋谷")
	koFamily = words("김 이 박 최 정 강 조 윤 장 임")
	koGiven  = words("민준 서연 지훈 하은 도윤 예린 태현 수빈")
	koTowns  = words("서울특별시 마포구 성산로 부산광역시 해운대구 센텀중앙로 경기도 성남시 판교역로 대구광역시 수성구 동대구로")
	koHomes  = words("래미안아파트 푸르지오 힐스테이트 롯데캐슬")
)

func jaGuest(r *rand.Rand) guest {
	family := pick(r, jaFamily)
	full := family + " " + pick(r, jaGiven)
	g := guest{secrets: []string{full, family}}
	g.name = full + " 様"
	switch r.IntN(3) {
	case 0:
		g.name = pick(r, jaKana) + "様"
		g.secrets = []string{g.name}
	case 1:
		g.name = family + "様"
	}
	n := digits(r, 8)
	g.phone = pick(r, words("090 080 070")) + "-" + n[:4] + "-" + n[4:]
	switch r.IntN(3) {
	case 0:
		g.phone = "03-" + n[:4] + "-" + n[4:]
	case 1:
		g.phone = "090" + n
	}
	town, home := pick(r, jaTowns), pick(r, jaHomes)
	block := fmt.Sprintf("%d-%d-%d", 1+r.IntN(8), 1+r.IntN(30), 1+r.IntN(20))
	room := fmt.Sprintf("%s%d号室", home, 101+r.IntN(900))
	post := "〒" + digits(r, 3) + "-" + digits(r, 4)
	g.address = []string{post, town + block, room}
	if r.IntN(2) == 0 {
		g.address = []string{town + block + " " + room}
	} else {
		g.secrets = append(g.secrets, post[len("〒"):])
	}
	g.secrets = append(g.secrets, g.phone, town, home)
	return g
}

// ja are slips of Japanese tills and platforms.
var ja = &Tongue{
	Name: "ja", Encoding: "shift-jis",
	channels: list("Uber Eats;出前館;テイクアウト;デリバリー;menu;Wolt"),
	number:   []string{"注文番号: %s", "No. %s", "#%s", "受付番号:%s"},
	ordered:  []string{"注文日時: 2026/11/22 %02d:%02d", "受付時間:%02d:%02d"},
	dishes:   words("親子丼 唐揚げ定食 醤油ラーメン 天ぷらそば カツカレー 味噌汁 焼き餃子 サーモン握り 抹茶ラテ チャーハン 照り焼きチキン丼 大阪焼き 横浜家系ラーメン"),
	mods:     words("大盛り ねぎ抜き 辛口 氷なし 麺かため ご飯少なめ わさび抜き"),
	tastes:   words("わさび抜きでお願いします えびアレルギーあり 卵アレルギー 辛さ控えめ 箸は不要です ソース別添え"),
	note:     []string{"備考:%s", "ご要望: %s", "メモ:%s"},
	total:    []string{"合計      ￥%d%02d", "合計金額   %d,1%02d円"},
	items:    []string{"%[2]s          x%[1]d", "%[1]d x %[2]s", "%[1]dx %[2]s", "%[2]s        ×%[1]d   ￥%[3]d%02[4]d", "%[2]s          %[1]d個"},
	modLines: []string{"  %s", "  +%s", "  - %s"},
	guest:    jaGuest,
	labelled: [][3]string{
		{"お客様名:%s", "電話番号:%s", "住所:%s"}, {"氏名: %s", "TEL: %s", "お届け先:%s"}, {"お名前:%s", "携帯:%s", "配達先: %s"}, {"ご注文者:%s", "連絡先: %s", "ご住所:%s"},
	},
	joined: []string{"%s %s", "%s TEL:%s", "お客様:%s %s"},
	asides: []string{"%[2]sに電話してください", "%[3]sまで", "%[1]s宛", "着いたら%[2]sへ", "部屋は%[3]sです"},
	others: []func(*rand.Rand) (string, string){
		func(r *rand.Rand) (string, string) {
			n := "株式会社" + pick(r, words("東雲商事 月見製作所 青海システム"))
			return "領収書宛名:" + n, n
		},
		func(r *rand.Rand) (string, string) { n := pick(r, jaFamily); return "配達員:" + n, n },
		func(r *rand.Rand) (string, string) { n := digits(r, 10); return "会員番号:" + n, n },
		func(r *rand.Rand) (string, string) { n := digits(r, 16); return "注文ID:" + n, n },
	},
}

func koGuest(r *rand.Rand) guest {
	full := pick(r, koFamily) + pick(r, koGiven)
	g := guest{name: full, secrets: []string{full}}
	switch r.IntN(3) {
	case 0:
		g.name = full + " 님"
	case 1:
		rs := []rune(full)
		g.name = string(rs[:1]) + "*" + string(rs[2:])
		g.secrets = append(g.secrets, g.name)
	}
	n := digits(r, 8)
	g.phone = pick(r, words("010 0504 050")) + "-" + n[:4] + "-" + n[4:]
	if r.IntN(3) == 0 {
		g.phone = "010" + n
	}
	town, home := pick(r, koTowns), pick(r, koHomes)
	door := fmt.Sprintf("%d동 %d호", 101+r.IntN(30), 101+r.IntN(2000))
	g.address = []string{fmt.Sprintf("%s %d", town, 1+r.IntN(300)), home + " " + door}
	if r.IntN(2) == 0 {
		g.address = []string{g.address[0] + " " + g.address[1]}
	}
	g.secrets = append(g.secrets, g.phone, home, door)
	return g
}

// ko are slips of Korean platforms.
var ko = &Tongue{
	Name: "ko", Encoding: "cp949",
	channels: list("배달의민족;요기요;쿠팡이츠;포장;배달;매장"),
	number:   []string{"주문번호: %s", "접수번호: %s", "#%s", "주문번호 %s"},
	ordered:  []string{"주문시간: 2026-11-22 %02d:%02d", "주문일시: 11-22 %02d:%02d"},
	dishes:   words("김치찌개 불고기덮밥 양념치킨 떡볶이 비빔밥 해물파전 된장찌개 콜라 순대국 제육볶음 부산밀면 춘천닭갈비"),
	mods:     words("맵게 치즈추가 곱빼기 파빼고 덜맵게 얼음적게"),
	tastes:   words("땅콩알레르기있어요 덜맵게해주세요 파빼주세요 수저포크안주셔도돼요 새우알레르기"),
	note:     []string{"요청사항: %s", "주문요청: %s", "메모: %s"},
	total:    []string{"합계        %d,9%02d원", "총액: %d,8%02d", "결제금액   %d,7%02d"},
	items:    []string{"%[2]s          x%[1]d", "%[1]d x %[2]s", "%[1]dx %[2]s", "%[2]s          %[1]d개", "%[2]s     %[1]d     %[3]d,000"},
	modLines: []string{"  %s", "  +%s", "  - %s"},
	guest:    koGuest,
	labelled: [][3]string{
		{"고객명: %s", "연락처: %s", "주소: %s"}, {"고객: %s", "전화번호: %s", "배달주소: %s"}, {"주문자: %s", "휴대폰: %s", "도로명주소: %s"}, {"성함: %s", "안심번호: %s", "배달지: %s"},
	},
	joined: []string{"%s %s", "%s 전화:%s", "고객 %s %s"},
	asides: []string{"도착하면 %[2]s 전화주세요", "%[3]s 문앞에 놔주세요", "%[1]s 앞으로", "공동현관 2580# %[2]s"},
	others: []func(*rand.Rand) (string, string){
		func(r *rand.Rand) (string, string) {
			n := pick(r, koFamily) + pick(r, koGiven)
			return "라이더: " + n, n
		},
		func(r *rand.Rand) (string, string) {
			n := digits(r, 3) + "-" + digits(r, 2) + "-" + digits(r, 5)
			return "사업자번호: " + n, n
		},
		func(r *rand.Rand) (string, string) { n := digits(r, 9); return "회원번호: " + n, n },
	},
}
