package main

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"strings"
	"time"
)

// askShop asks for what belongs to the whole shop.
func (s *setup) askShop(ctx context.Context) error {
	s.say("\nThe shop")
	standard := s.want.Store
	if standard == unnamed {
		standard = ""
	}
	for _, q := range []question{
		{flag: "store", text: "The store's name, a part of every topic, as sh-xuhui-01", given: s.Store, standard: standard, take: s.takeStore},
		{flag: "timezone", text: "Its time zone, as Asia/Shanghai", given: s.Timezone, standard: s.zoneStandard(), take: s.takeZone},
		{flag: "language", text: "Language of the kitchen's page, zh or en", given: s.Language, standard: s.want.Language, take: func(answer string) error {
			return s.change(func(c *Config) { c.Language = answer })
		}},
		{flag: "encoding", text: "Encoding of tickets: " + strings.Join(usualEncodings, ", "), given: s.Encoding, standard: s.want.Encoding, take: func(answer string) error {
			return s.change(func(c *Config) { c.setEncoding(answer) })
		}},
	} {
		if err := s.put(ctx, q); err != nil {
			return err
		}
	}
	return nil
}

// setEncoding changes that of the store, and of the printers that have it from there:
// the file, which c was read from and whose printers it still has, gives them none.
func (c *Config) setEncoding(to string) {
	for i := range c.Printers {
		if _, own := c.where[fmt.Sprintf("printer[%d].encoding", i)]; !own {
			c.Printers[i].Encoding = to
		}
	}
	c.Encoding = to
}

func (s *setup) takeStore(answer string) error {
	if answer == unnamed {
		return errors.New("that is the name of a box that is not set up; give it its own")
	}
	return s.change(func(c *Config) { c.Store = answer })
}

// systemsZone is the answer for the system's time zone.
const systemsZone = "system"

// zoneStandard is the zone of the configuration, or the system's.
func (s *setup) zoneStandard() string {
	return cmp.Or(zoneName(&s.want), s.zone(), systemsZone)
}

// takeZone takes a time zone. That of the system stays the system's.
func (s *setup) takeZone(answer string) error {
	if answer == systemsZone || zoneName(&s.want) == "" && answer == s.zone() {
		return s.change(func(c *Config) { c.Timezone = time.Local })
	}
	at, ok := parseTimezone(answer)
	if !ok || answer == "Local" {
		return fmt.Errorf("there is no time zone %q; timedatectl list-timezones names them all", answer)
	}
	return s.change(func(c *Config) { c.Timezone = at })
}
