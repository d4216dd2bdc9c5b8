package scale

// WorldWeigh BWS, continuous format "Con3".
//
//	01 sign w7 u2 st     12 bytes: 01 "+001.235kg0"; st 0 stable, 1 unstable
//
// No checksum and no end: the shape is all that tells a frame from noise.
//
// Source: BWS manual, p. 22.
var worldWeigh = Dialect{
	Name: "worldweigh", About: "WorldWeigh BWS, continuous format Con3",
	Also:  []string{"worldweigh-con3"},
	Mode:  Mode{9600, 8, 'N', 1},
	Quiet: streamQuiet,
	Split: fixed("\x01", 12, okWorldWeigh, ""), Parse: parseWorldWeigh,
}

func okWorldWeigh(frame []byte) bool {
	for _, c := range frame[2:9] {
		if !isDigit(c) && c != '.' && c != ' ' {
			return false
		}
	}
	sign, status := frame[1], frame[11]
	return (sign == '+' || sign == '-' || sign == ' ') && (status == '0' || status == '1')
}

func parseWorldWeigh(frame []byte) (Reading, error) {
	var r Reading
	rest, err := r.weighText(frame[1:11])
	if err != nil {
		return Reading{}, err
	}
	if len(rest) > 0 && string(rest) != " " {
		return Reading{}, errRest
	}
	r.flag(frame[11] == '0')
	return r, nil
}
