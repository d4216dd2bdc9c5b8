package ticket

import (
	"slices"
	"strings"
)

// surnames are the common Chinese ones but for those that begin names of food.
const surnames = `王李张刘陈杨赵吴周徐孙胡朱郭何林罗郑梁谢宋唐许邓冯韩曹曾彭萧蔡潘袁董余苏叶吕魏蒋杜丁沈任姚卢傅钟姜崔谭廖范汪陆金石戴贾韦夏邱方侯邹熊孟秦阎薛雷贺龙陶黎郝龚邵钱严赖武莫孔向张陳劉楊趙吳孫鄭謝許鄧馮韓蕭葉呂蔣蘇盧鍾薑譚範陸賈韋鄒閻賀龍龔錢嚴賴羅闻佟樊尹鲍栾牟佘甄裴窦邢褚喻葛奚俞岑倪滕殷邬卞祁狄臧柯霍虞缪娄翁荆芮靳詹`

// givenNames, sorted, are common ones that are no food and no word of a slip.
var givenNames = strings.Fields(`aaron adam adrian ahmed aidan alan albert alejandro alex alexander alexandra ali alice alison amanda amy ana andre andrea andrew andy angela anita ann anna anne annie anthony antonio arthur ashley barbara ben benjamin beth betty brandon brenda brian bruce carl carla carlos carmen carol caroline catherine cathy charles chris christian christina christine christopher cindy claire claudia connie craig cynthia daniel daniela danny david deborah debra dennis diana diane diego dmitri donald donna doris dorothy douglas dylan eddie eduardo edward elena elizabeth ellen emily emma enrique eric erik ethan eva evelyn fatima felipe fernando francis francisco gabriel gareth gary george gerald gloria greg gregory hannah harold harry heather heidi helen henry howard hugo ian ibrahim igor ingrid irene isaac isabel isabella ivan jacob jacqueline james jamie jane janet janice jason javier jean jeff jeffrey jennifer jenny jeremy jessica jesus jim joan joanna joe joel johan john johnny jonathan jordan jorge jose joseph joshua juan judith judy julian julie justin karen karl kate katherine kathleen kathryn kathy katie keith kelly ken kenneth kevin kimberly kristen kyle larry laura lauren lawrence leah leo leon leonardo leslie liam linda lisa logan lori louis louise lucas lucy luis luke lynn marco marcus margaret maria marie marilyn mario martha martin mateo matt matthew maureen megan melissa michael michelle miguel mike mohamed mohammed monica muhammad nadia nancy natalie nathan nicholas nick nicole nina noah nora oliver olivia omar oscar pablo pamela patricia patrick paul paula pedro peter philip phillip priya rachel rafael ralph raymond rebecca ricardo richard rita robert roberto roger ronald ryan samantha samuel sandra sara sarah scott sean sergio sharon sheila simon sofia sonia sophia sophie stefan stephanie stephen steve steven stuart susan svetlana teresa theresa thomas tiffany tim timothy tina todd tony tyler vanessa veronica victor vincent virginia vladimir walter wendy william xavier yolanda yuki yusuf zachary zoe`)

var (
	hanPhoneRE = lazily(`[零〇一二三四五六七八九幺]{7,}`)
	houseRE    = lazily(`\p{Han}(?:路|街|道|巷|弄|径|胡同|段) ?\d+(?:之\d+)? ?号`).needing("号")
	plateRE    = lazily(`[京津沪渝冀豫云辽黑湘皖鲁新苏浙赣鄂桂甘晋蒙陕吉闽贵粤青藏川宁琼][a-z][*. ]?[a-z]{0,2}\d[a-z0-9]{3,5}`).needing(digits)
	// hanPersonRE: 给小王, 王小美生日快乐, and the word that introduces a name to write.
	hanPersonRE = lazily(`(?:给|找|叫|是|交)(?:小|老|阿)?[` + surnames + `]\p{Han}{0,2}(?:$|[^\p{Han}])|(?:小|老|阿)[` + surnames + `](?:$|[^\p{Han}])|` +
		`[` + surnames + `]\p{Han}{1,2}(?:生日|新婚|毕业|乔迁)|^写$`)
	hanNameRE = lazily(`^\s*[` + surnames + `]\p{Han}{1,2}\s*$`)
	foodHanRE = lazily(`[饭面汤菜肉鸡鸭鱼虾蛋糖冰辣葱蒜盐醋油茶奶豆水温热杯份粉酱椒瓜果花饼包糕粥酒丝片块丁段]`)
	doctorRE  = lazily(`(?:^|[^a-z\d])(?:dr|prof|professor|doctor)\.? ([a-z]+)`)
	kinRE     = lazily(`(?i:\b(?:my|our) (?:son|daughter|wife|husband|mom|mum|mother|dad|father|friend|partner|boss|colleague|sister|brother|girlfriend|boyfriend|neighbou?r)),? \p{Lu}\p{Ll}+`)
	selfRE    = lazily(`^(?:this is|my name is|my name's|name's|i'm|i am|it's) ([a-z]+)(?: [a-z]+)?$`)
	suffersRE = lazily(`(?:^|\s)\p{Lu}\p{Ll}+ (?:is|has|was) (?:allergic|celiac|coeliac|severely|lactose|vegan|vegetarian|an? )`)
	notSelf   = strings.Fields("a an the for my our your not no very really so urgent allergic vegan vegetarian celiac coeliac lactose gluten diabetic pregnant hungry late here waiting starving halal kosher to in on at ok fine good it")
	twoWordRE = lazily(`^\s*\p{L}[\p{L}'-]*\.?(?: \p{L}[\p{L}'-]*\.?){1,2}\s*$`)
)

// namesPerson says that a clause names somebody by one of the shapes of notes.
func namesPerson(p phrase) bool {
	s := p.fold
	if m := doctorRE.FindStringSubmatch(s); m != nil && m[1] != "pepper" {
		return true
	}
	if m := selfRE.FindStringSubmatch(strings.TrimSpace(s)); m != nil && !slices.Contains(notSelf, m[1]) {
		return true
	}
	return hanPersonRE.MatchString(s) || plateRE.MatchString(s) || houseRE.MatchString(s) || kinRE.MatchString(p.print) || suffersRE.MatchString(p.print) || givenName(s)
}

// givenName says that a word of s is a given name.
func givenName(s string) bool {
	return slices.ContainsFunc(strings.FieldsFunc(s, func(r rune) bool { return !isLetter(r) }), isGivenName)
}

func isGivenName(w string) bool {
	_, ok := slices.BinarySearch(givenNames, w)
	return ok
}

// nameLine says that a whole line is a person's name: a given name and one or two
// words, or a Chinese surname and one or two characters that are no food.
func nameLine(s string) bool {
	if hanNameRE.MatchString(s) {
		return !foodHanRE.MatchString(s) && !tasteLike(phrase{s, s})
	}
	return twoWordRE.MatchString(s) && isGivenName(strings.Fields(s)[0])
}
