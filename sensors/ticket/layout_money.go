package ticket

// What prices look like, over folded text. A currency stands before or behind the
// number; without one a price has decimals, or stands in a column of its own.
const (
	numberExpr = `\d[\d,.']*`
	// beforeExpr is a currency before its number: signs, ISO 4217 codes, and what slips
	// write for them.
	beforeExpr = `(?:(?:r|s|a|c|nz|nt|hk|us|mx)?\$|[¥€£₩₱₹฿₫₽₺₴₪]|rp\.?|rm|rs\.?|sfr\.?|` + isoExpr + `)`
	// behindExpr is one behind its number.
	behindExpr = `(?:[€£₩₱₹฿₫₽₺₴₪$]|元|円|圆|원|บาท|kr\.?|zl|kc|ft|lei|tl|р\.?|руб\.?|грн\.?|` + isoExpr + `)`
	isoExpr    = `(?:usd|eur|gbp|chf|cny|rmb|jpy|krw|hkd|twd|ntd|sgd|myr|idr|thb|vnd|php|inr|aud|nzd|cad|brl|mxn|ars|clp|cop|pen|aed|sar|qar|kwd|bhd|omr|egp|mad|ils|try|pln|czk|huf|ron|sek|nok|dkk|isk|rub|uah|kzt|zar)`
	// pricedExpr is an amount that says its currency.
	pricedExpr = `(?:` + beforeExpr + ` {0,4}[-+]?` + numberExpr + `|r ?` + centsExpr + `|` + numberExpr + ` ?` + behindExpr + `)`
	centsExpr  = `\d[\d,.']*[.,]\d{2}`
)

var (
	priceTok = lazily(`^[-+]?` + beforeExpr + `?[-+]?` + numberExpr + behindExpr + `?$`).needing(digits)
	// moneyTok is a currency apart from its number.
	moneyTok = lazily(`^(?:` + beforeExpr + `|` + behindExpr + `)$`)
	amountRE = lazily(`(?:[-+]?` + beforeExpr + `)? ?[-+]?` + numberExpr + `\s*` + behindExpr + `?\s*\)?\s*$`).needing(digits)
	// leadPriceRE is what stands behind the name where the quantity stands before it.
	leadPriceRE = lazily(`\s*@\s*` + beforeExpr + `?\d[\d.,]*(?:\s.*)?$|\s{2,}` + beforeExpr + `? {0,4}` + numberExpr + `(?:\s+[\d.,]+)*\s*` + behindExpr + `?$`).needing(digits)
	// loneQtyRE is a quantity below its name, with the price of one or without, or
	// labelled: "2 @ 4.50   9.00", "数量:2".
	loneQtyRE = lazily(`^\s*[\[(]?\s*(\d{1,3})\s*[x@]\s*[\])]?(?:$|\s*` + beforeExpr + `? ?\d)|^\s*(?:数量|份数|qty\.?|quantity|jumlah|qtd\.?|cant\.?) ?[:x] ?(\d{1,3})(?:\D|$)`).needing(digits)
	// modPriceRE is a price at the end of a name or a modifier.
	modPriceRE = lazily(`\s*\(\s*(?:[+-]\s*` + beforeExpr + `? ?` + numberExpr + behindExpr + `?|` + pricedExpr + `|` + centsExpr + `)\s*\)\s*$|` +
		`\s*[+-]\s?` + pricedExpr + `\s*$|\s*[+-]` + centsExpr + `\s*$|\s+` + pricedExpr + `\s*$|\s*[¥$€£]\d[\d.]*\s*$|` +
		`\s{2,}-?\d[\d,]*[.,]\d{2}\s*$|\s+\d[\d,]*\.\d{2}\s*$`).needing(digits)
	// firstPriceRE is a price in a column before the name.
	firstPriceRE = lazily(`^\s*` + pricedExpr + `\s{2,}`).needing(digits)
	// onlyPriceRE is a price and nothing else.
	onlyPriceRE = lazily(`^\s*(?:` + pricedExpr + `|` + centsExpr + `)\s*$`).needing(digits)
	// stampRE is a line of prices, dates and times: $65  11/22 15:20.
	stampRE  = lazily(`^\s*(?:(?:` + pricedExpr + `|` + dateExpr + `|` + timeExpr + `)(?:\s+|$))+$`).needing(digits)
	pricedRE = lazily(`\d[.,]\d{2}(?:\D|$)|(?:^|[^a-z])` + beforeExpr + `\s?\d|\d ?` + behindExpr + `(?:$|[^\p{L}])`).needing(digits)
)

// cutPrice cuts a price from the end of a name or modifier.
func cutPrice(p phrase) phrase {
	for {
		m := modPriceRE.FindStringIndex(p.fold)
		if m == nil || m[0] == 0 {
			return p
		}
		p = p.slice(0, m[0]).trim("")
	}
}
